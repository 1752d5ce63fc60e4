from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    giftcard_receive_days = fields.Integer(related="company_id.giftcard_receive_days", readonly=False)
