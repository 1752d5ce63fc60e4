from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    giftcard_gift_days = fields.Integer(related="company_id.giftcard_gift_days", readonly=False)
