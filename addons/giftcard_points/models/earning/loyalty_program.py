from odoo import fields, models


class LoyaltyProgram(models.Model):
    """How points are earned, beside the rules."""

    _inherit = "loyalty.program"

    birthday_scope = fields.Selection(
        [("day", "On the birthday"), ("month", "In the birthday month")],
        string="Birthday Multiplier",
        help="When the birthday multiplier of the member's tier counts.",
    )
    pending_days = fields.Integer(
        string="Usable After (Days)",
        help="Points earned with an order can be used after so many days, when it cannot be returned any more; "
        "0: at once.",
    )
    daily_cap = fields.Float(
        string="At Most per Day",
        digits="Gift Card Value",
        help="What a member can earn with orders in a day; 0: any amount.",
    )
    member_cap = fields.Float(
        string="At Most per Member",
        digits="Gift Card Value",
        help="What a member can earn with orders in all; 0: any amount.",
    )
    earning_period_ids = fields.One2many("giftcard.earning.period", "program_id", string="Multiplied Periods")

    _earning_check = models.Constraint(
        "CHECK(pending_days >= 0 AND daily_cap >= 0 AND member_cap >= 0)",
        "Days and limits of earning cannot be negative.",
    )

    def _get_valid_products(self, products):
        """Rules of other stores find no products, where the caller says by context at which store it is."""
        valid = super()._get_valid_products(products)
        if "giftcard_store_id" in self.env.context:
            store = self.env["giftcard.store"].browse(self.env.context["giftcard_store_id"] or [])
            return {rule: found for rule, found in valid.items() if rule._counts_at(store)}
        return valid
