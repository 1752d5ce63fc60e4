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

    def _set_password(self, asked):
        """:param asked: :class:`~...schemas.phone.PasswordRequest`"""
        self.env["giftcard.api.rate"]._take("login", request.httprequest.remote_addr)
        company = self._company(asked.appid)
        self.env["giftcard.one.time.code"]._redeem(company, asked.phone, "password", asked.code)
        identity = self.env["giftcard.identity"]._of(self._phone(company, asked.phone))
        # The code has proved who he is.
        self.env["giftcard.api.session"]._check_member(identity.sudo().member_id)
        identity._set_password(asked.password)
