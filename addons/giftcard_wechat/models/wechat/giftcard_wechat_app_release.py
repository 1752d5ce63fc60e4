from odoo import fields, models

_STATES = {"release": "formal", "trial": "trial", "develop": "developer"}


class GiftcardWechatApp(models.Model):
    _inherit = "giftcard.wechat.app"

    release = fields.Selection(
        [("release", "Released"), ("trial", "Trial"), ("develop", "Development")],
        string="Version That Opens",
        required=True,
        default="release",
        help="Which version of the mini program messages, codes and links open.",
    )

    def _miniprogram_state(self):
        """:return: the version, as interfaces for messages call it"""
        return _STATES[self.release]
