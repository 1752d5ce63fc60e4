from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    giftcard_gift_days = fields.Integer(
        string="Gifts Return After (Days)",
        default=7,
        help="A gift that nobody has claimed goes back to its giver after so many days.",
    )

    _giftcard_gift_days_check = models.Constraint(
        "CHECK(giftcard_gift_days > 0)", "A gift waits for its recipient at least a day."
    )
