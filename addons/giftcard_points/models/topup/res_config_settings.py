from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    giftcard_top_up_officer_limit = fields.Float(related="company_id.giftcard_top_up_officer_limit", readonly=False)
    giftcard_top_up_manager_limit = fields.Float(related="company_id.giftcard_top_up_manager_limit", readonly=False)
