from odoo import models
from odoo.http import request

from ...schemas.wechat import PageSignature


class GiftcardApiWechat(models.AbstractModel):
    _name = "giftcard.api.wechat"
    _inherit = "giftcard.api.service"
    _description = "API: What WeChat Does for a Client"

    def _sign_page(self, page):
        """:return: :class:`~...schemas.wechat.PageSignature`"""
        self.env["giftcard.api.rate"]._take("login", request.httprequest.remote_addr)
        app = self.env["giftcard.wechat.app"]._choose("official", page.appid)
        return PageSignature(**app._sign_page(str(page.url)))
