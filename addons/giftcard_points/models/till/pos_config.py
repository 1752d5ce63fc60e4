from odoo import fields, models


class PosConfig(models.Model):
    _inherit = "pos.config"

    giftcard_payment_prefix = fields.Char(
        compute="_compute_giftcard_payment_prefix", help="By which the till knows the payment codes of members."
    )

    def _money_programs(self):
        """What this till deals in: also programs that are over by now, of which a paid order may still come in.

        :return: the ``loyalty.program`` records of gift cards and eWallets of its company and currency
        """
        self.ensure_one()
        return (
            self.env["loyalty.program"]
            .with_context(active_test=False)
            .search(
                [
                    ("program_type", "in", ("gift_card", "ewallet")),
                    ("currency_id", "=", self.currency_id.id),
                    ("company_id", "in", [False, *self.company_id.parent_ids.ids]),
                    "|",
                    ("pos_config_ids", "=", False),
                    ("pos_config_ids", "in", self.ids),
                ]
            )
        )

    def _compute_giftcard_payment_prefix(self):
        self.giftcard_payment_prefix = self.env["giftcard.payment.code"]._prefix()
