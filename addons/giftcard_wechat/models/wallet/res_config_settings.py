from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    giftcard_store_refund_days = fields.Integer(related="company_id.giftcard_store_refund_days", readonly=False)
