from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    giftcard_return_days = fields.Integer(
        string="Returns Within (Days)",
        default=7,
        required=True,
        help="So long after goods were handed over or sent members may ask to bring them back; 0: not by themselves.",
    )

    _giftcard_return_check = models.Constraint("CHECK(giftcard_return_days >= 0)", "A time is not negative.")
