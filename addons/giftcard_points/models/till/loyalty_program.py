from odoo import fields, models


class LoyaltyProgram(models.Model):
    _inherit = "loyalty.program"

    payment_code_required = fields.Boolean(
        string="Needs a Payment Code",
        help="At the till this stored value pays only with a payment code that the member shows and the till scans.",
    )
