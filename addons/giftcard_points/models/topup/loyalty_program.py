from odoo import fields, models


class LoyaltyProgram(models.Model):
    _inherit = "loyalty.program"

    top_up_tier_ids = fields.One2many("giftcard.top.up.tier", "program_id", string="Top-up Tiers")
    use_order = fields.Selection(
        [("expiry", "What expires first"), ("bonus", "Bonus first"), ("paid", "Paid first")],
        string="Used First",
        default="expiry",
        required=True,
        help="Which of a card's value is used first. Among equals it is what expires first.",
    )
    refund_days = fields.Integer(
        string="Refundable For (Days)",
        help="For so many days after a top-up or purchase, what is left of the money paid can be paid back; "
        "the bonus that came with it is taken back. 0: it cannot.",
    )
    payout_allowed = fields.Boolean(
        string="Can Be Paid Out", help="Money that was paid in can be paid out at any time; a bonus never can."
    )

    _refund_days_check = models.Constraint("CHECK(refund_days >= 0)", "The time for refunds cannot be negative.")
