from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    giftcard_sms_gateway_id = fields.Many2one(
        related="company_id.giftcard_sms_gateway_id", readonly=False, domain="[('company_id', '=', company_id)]"
    )
    giftcard_access_minutes = fields.Integer(config_parameter="giftcard_wechat.access_minutes", default=120)
    giftcard_closure_days = fields.Integer(config_parameter="giftcard_wechat.closure_days", default=15)
    giftcard_token_days = fields.Integer(config_parameter="giftcard_wechat.token_days", default=30)
