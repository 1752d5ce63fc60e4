from odoo import api, fields, models

from ...exceptions import LimitExceeded, RealNameRequired

# Measures of the Ministry of Commerce for single-purpose commercial prepaid cards, 单用途商业预付卡管理办法（试行）:
# articles 14 (identity), 18 (value of a card), 19 (validity); time for refunds by local rules, e.g. of Beijing 2022.
CN_REGISTERED = {"max_balance": 5000.0, "max_load": 5000.0, "real_name_from": 0.01, "validity_months": 0}
CN_BEARER = {"max_balance": 1000.0, "max_load": 1000.0, "real_name_from": 10000.0, "validity_months": 36}
CN_REFUND_DAYS = 7


class LoyaltyProgram(models.Model):
    """Rules for the value on cards; the ledger holds every way to them. 0: no limit."""

    _inherit = "loyalty.program"

    max_balance = fields.Float(
        string="Highest Balance", digits="Gift Card Value", help="What a card may hold. 0: no limit."
    )
    max_load = fields.Float(
        string="Highest Load",
        digits="Gift Card Value",
        help="What may be paid onto a card at once, without the bonus. 0: no limit.",
    )
    daily_limit = fields.Float(
        string="Highest Use a Day",
        digits="Gift Card Value",
        help="What may be spent or given away of a card on one day. 0: no limit.",
    )
    real_name_from = fields.Float(
        digits="Gift Card Value",
        help="Who buys for so much or more at once must have a verified name. 0: nobody.",
    )

    _limits_check = models.Constraint(
        "CHECK(max_balance >= 0 AND max_load >= 0 AND daily_limit >= 0 AND real_name_from >= 0)",
        "A limit cannot be negative.",
    )

    @api.model
    def get_program_templates(self):
        templates = super().get_program_templates()
        if self.env.context.get("menu_type") == "gift_ewallet":
            templates["cn_registered"] = {
                "title": self.env._("Registered Prepaid Card (China)"),
                "description": self.env._("Up to 5,000 in a member's verified name, without expiry"),
                "icon": "ewallet",
            }
            templates["cn_bearer"] = {
                "title": self.env._("Bearer Prepaid Card (China)"),
                "description": self.env._("Up to 1,000 a card, valid for 3 years, verified name from 10,000"),
                "icon": "gift_card",
            }
        return templates

    @api.model
    def _get_template_values(self):
        defaults = self._program_type_default_values()
        return {
            **super()._get_template_values(),
            "cn_registered": {
                **defaults["ewallet"],
                **CN_REGISTERED,
                "name": self.env._("Registered Prepaid Card"),
                "program_type": "ewallet",
                "refund_days": CN_REFUND_DAYS,
            },
            "cn_bearer": {
                **defaults["gift_card"],
                **CN_BEARER,
                "name": self.env._("Bearer Prepaid Card"),
                "program_type": "gift_card",
                "refund_days": CN_REFUND_DAYS,
            },
        }

    def _refuse_load(self, amount, total, buyer):
        """Refuse before money is taken what the ledger would refuse afterwards.

        :param amount: paid onto one card
        :param total: paid for all cards of the program
        :param buyer: ``res.partner``, may be empty
        :raise LimitExceeded, RealNameRequired:
        """
        self.ensure_one()
        limits = [limit for limit in (self.max_load, self.max_balance) if limit]
        if limits and amount > min(limits):
            raise LimitExceeded(self.env._("At most %(limit)g can be loaded at once.", limit=min(limits)), min(limits))
        # Cashiers need not see whether a name is verified.
        if self.real_name_from and total >= self.real_name_from and not buyer.sudo().real_name_verified:
            raise RealNameRequired(
                self.env._(
                    "From %(amount)g the buyer of %(program)s needs a verified name.",
                    amount=self.real_name_from,
                    program=self.name,
                )
            )
