from odoo import models


class GiftcardQqApp(models.Model):
    _name = "giftcard.qq.app"
    _inherit = ["giftcard.qq.app", "giftcard.audited.mixin"]

    def _audited_secrets(self):
        return super()._audited_secrets() | {"secret"}
