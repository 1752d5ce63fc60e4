from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    giftcard_return_days = fields.Integer(related="company_id.giftcard_return_days", readonly=False)
