from odoo import models


class GiftcardSmsGateway(models.Model):
    _name = "giftcard.sms.gateway"
    _inherit = ["giftcard.sms.gateway", "giftcard.audited.mixin"]

    def _audited_secrets(self):
        return super()._audited_secrets() | {"key_id", "secret"}
