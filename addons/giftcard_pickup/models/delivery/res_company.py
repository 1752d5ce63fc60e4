from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    giftcard_receive_days = fields.Integer(
        string="Received After (Days)",
        default=10,
        help="What was sent counts as received so many days later, when the member says nothing; 0: never.",
    )

    _giftcard_receive_days_check = models.Constraint(
        "CHECK(giftcard_receive_days >= 0)", "A number of days cannot be negative."
    )
