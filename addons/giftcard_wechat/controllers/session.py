from odoo import http

from ..api.endpoint import endpoint
from ..schemas.session import Login, Session


class SessionController(http.Controller):
    @endpoint(
        "POST",
        "/session",
        summary="Log in",
        tag="session",
        body=Login,
        answer=Session,
        status=201,
        member=False,
        problems=["invalid_login_code", "login_refused", "member_frozen", "member_closed", "provider_unavailable"],
    )
    def login(self, body):
        """Exchange the code of `wx.login` for a session. Who comes for the first time becomes a member."""
        return self.env["giftcard.api.session"]._login(body)

    @endpoint("DELETE", "/session", summary="Log out", tag="session", status=204)
    def logout(self):
        """End the session; its token is refused from now on."""
        self.env["giftcard.api.session"]._logout()
