from odoo import models
from odoo.http import request

from ...schemas.phone import OneTimeCodeSent
from .giftcard_one_time_code import LIMITS, SECONDS


class GiftcardApiPhone(models.AbstractModel):
    _name = "giftcard.api.phone"
    _inherit = "giftcard.api.proof"
    _description = "API: One-Time Codes"

    def _send(self, asked):
        """:param asked: :class:`~...schemas.phone.OneTimeCodeRequest`"""
        ip = request.httprequest.remote_addr
        self.env["giftcard.api.rate"]._take("login", ip)
        self.env["giftcard.one.time.code"]._issue(self._company(asked.appid), asked.phone, asked.purpose, ip)
        return OneTimeCodeSent(expires_in=SECONDS, resend_in=LIMITS["phone"][0][1])
