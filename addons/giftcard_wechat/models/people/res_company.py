from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    giftcard_sms_gateway_id = fields.Many2one(
        "giftcard.sms.gateway", string="SMS Gateway", ondelete="set null", help="Sends one-time codes."
    )
