import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.urls import urljoin

MESSAGE_PATH = "/giftcard/wechat"
_TOKEN = re.compile(r"[0-9A-Za-z]{3,32}")
_KEY = re.compile(r"[0-9A-Za-z]{43}")


class GiftcardWechatApp(models.Model):
    """What WeChat pushes to us: set up at WeChat under "message push", in the mode that encrypts."""

    _inherit = "giftcard.wechat.app"

    message_token = fields.Char(
        string="Token of Messages",
        copy=False,
        groups="giftcard_points.group_manager",
        help="3 to 32 letters and digits that you choose, the same as at WeChat.",
    )
    message_key = fields.Char(
        string="Encryption Key of Messages",
        copy=False,
        groups="giftcard_points.group_manager",
        help="EncodingAESKey: 43 letters and digits, the same as at WeChat.",
    )
    message_url = fields.Char(
        string="Address for Messages",
        compute="_compute_message_url",
        groups="giftcard_points.group_manager",
        help="Enter it at WeChat as the address of the server. Choose the mode that encrypts.",
    )

    @api.constrains("message_token", "message_key")
    def _check_message_secrets(self):
        for app in self:
            if app.message_token and not _TOKEN.fullmatch(app.message_token):
                raise ValidationError(self.env._("The token of messages has 3 to 32 letters and digits."))
            if app.message_key and not _KEY.fullmatch(app.message_key):
                raise ValidationError(self.env._("The encryption key of messages has 43 letters and digits."))

    @api.depends("appid")
    def _compute_message_url(self):
        for app in self:
            path = f"{MESSAGE_PATH}/{app._origin.id}/messages"
            app.message_url = urljoin(app.get_base_url(), path) if app._origin.id else False
