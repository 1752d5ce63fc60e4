from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    giftcard_store_refund_days = fields.Integer(
        string="Clerks Refund Within (Days)",
        default=7,
        help="Payments in stores that are older are given back by managers.",
    )

    _giftcard_store_refund_days_check = models.Constraint(
        "CHECK(giftcard_store_refund_days >= 0)", "The time for refunds cannot be negative."
    )
