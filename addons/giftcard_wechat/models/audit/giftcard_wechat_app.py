from odoo import models


class GiftcardWechatApp(models.Model):
    _name = "giftcard.wechat.app"
    _inherit = ["giftcard.wechat.app", "giftcard.audited.mixin"]

    def _audited_secrets(self):
        return super()._audited_secrets() | {"secret", "message_token", "message_key"}
