from odoo import http

from ..api.endpoint import endpoint
from ..schemas.common import Page, PageQuery
from ..schemas.session import Device, Login, Refresh, Session, Tokens


class SessionController(http.Controller):
    @endpoint(
        "POST",
        "/sessions",
        summary="Log in",
        tag="session",
        body=Login,
        answer=Session,
        status=201,
        member=False,
        problems=[
            "invalid_credentials",
            "invalid_login_code",
            "login_refused",
            "member_closed",
            "member_frozen",
            "one_time_code_wrong",
            "provider_unavailable",
            "too_many_attempts",
        ],
    )
    def login(self, body):
        """Exchange a proof of who one is, e.g. the code of `wx.login`, for a session. Newcomers become members."""
        return self.env["giftcard.api.session"]._login(body.root)

    @endpoint(
        "POST",
        "/sessions/refresh",
        summary="Refresh a session",
        tag="session",
        body=Refresh,
        answer=Tokens,
        member=False,
        problems=["invalid_refresh_token", "token_expired", "member_frozen", "member_closed"],
    )
    def refresh(self, body):
        """Exchange the refresh token for the next pair of tokens. A token that comes back after it was exchanged ends
        the session, for it was stolen; only who lost the answer may repeat the call, within 30 seconds."""
        return self.env["giftcard.api.session"]._refresh(body)

    @endpoint("GET", "/sessions", summary="List devices", tag="session", query=PageQuery, answer=Page[Device])
    def devices(self, query):
        """Where the member is logged in, the latest login first."""
        return self.env["giftcard.api.session"]._devices(query)

    @endpoint(
        "DELETE",
        "/sessions/{session_id}",
        summary="Log a device out",
        tag="session",
        status=204,
        keyed=True,
        problems=["not_found"],
    )
    def revoke(self, session_id):
        """End the session of a device; its tokens are refused from now on."""
        self.env["giftcard.api.session"]._end(session_id)

    # A repeat would come without a session and be refused before its key is looked at.
    @endpoint("DELETE", "/sessions/current", summary="Log out", tag="session", status=204, keyed=False)
    def logout(self):
        """End the session; its tokens are refused from now on."""
        self.env["giftcard.api.session"]._logout()
