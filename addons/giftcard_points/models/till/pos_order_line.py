from odoo import api, fields, models


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    giftcard_program_id = fields.Many2one(
        "loyalty.program",
        string="Loads",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The kind of stored value that this line puts on the customer's eWallet.",
    )
    giftcard_card_id = fields.Many2one(
        "loyalty.card",
        string="Sells",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The paper card that is activated by the sale.",
    )

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "giftcard_program_id", "giftcard_card_id"]

    def _sold_for(self):
        """:return: what was asked for this line, positive: a refund order turns the sign of all its lines"""
        return abs(self.price_subtotal_incl) if self.price_unit > 0 else 0

    def _giftcard_programs(self):
        """:return: the gift card and eWallet programs whose cards this line sells or loads, if it is no reward"""
        self.ensure_one()
        if self.is_reward_line:
            return self.env["loyalty.program"]
        # Cashiers may read programs, not all of their rules.
        rules = (
            self.env["loyalty.rule"]
            .sudo()
            .search(
                [
                    ("product_ids", "in", self.product_id.ids),
                    ("program_id.program_type", "in", ("gift_card", "ewallet")),
                ]
            )
        )
        return rules.program_id.with_env(self.env)
