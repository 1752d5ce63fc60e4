from odoo import http

from ..api.endpoint import endpoint
from ..schemas.phone import OneTimeCodeRequest, OneTimeCodeSent, PasswordRequest


class PhoneController(http.Controller):
    @endpoint(
        "POST",
        "/one-time-codes",
        summary="Have a code sent",
        tag="session",
        body=OneTimeCodeRequest,
        answer=OneTimeCodeSent,
        status=202,
        member=False,
        problems=["too_many_attempts", "sms_refused", "sms_unavailable"],
    )
    def one_time_code(self, body):
        """Send six digits to a phone. Whether the number is known makes no difference to the answer. A code is good for
        five minutes, five tries and one use, and the last one is the good one."""
        return self.env["giftcard.api.phone"]._send(body)

    @endpoint(
        "POST",
        "/passwords",
        summary="Set a password",
        tag="session",
        body=PasswordRequest,
        status=204,
        member=False,
        problems=["one_time_code_wrong", "weak_password", "member_frozen", "member_closed"],
    )
    def password(self, body):
        """Set the password of a phone number, or another one, with a code of purpose `password`. Whoever comes for the
        first time becomes a member. Where it replaces a password, all devices are logged out."""
        self.env["giftcard.api.phone"]._set_password(body)
