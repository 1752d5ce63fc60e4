from odoo import fields, models


class LoyaltyProgram(models.Model):
    """What members get for joining."""

    _inherit = "loyalty.program"

    sign_up_amount = fields.Float(
        string="Points for Joining",
        digits="Gift Card Value",
        help="Every new member gets them once, wherever he joins; members who are imported do not.",
    )

    _sign_up_amount_check = models.Constraint("CHECK(sign_up_amount >= 0)", "Points for joining are not negative.")
