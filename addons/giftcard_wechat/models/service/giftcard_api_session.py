from odoo import models
from odoo.http import request

from ...api.problems import Problem
from ...schemas.session import Login, Session


class GiftcardApiSession(models.AbstractModel):
    _name = "giftcard.api.session"
    _inherit = "giftcard.api.service"
    _description = "API: Logging In and Out"

    def _login(self, login: Login):
        """Start a session for whom the provider names.

        :return: :class:`~...schemas.session.Session`
        :raise Problem: when the provider, or the member's state, refuses
        """
        httprequest = request.httprequest
        self.env["giftcard.api.rate"]._take("login", httprequest.remote_addr)
        app = self._app(login.appid)
        # WeChat is asked before anything is locked or written.
        wechat = app._code2session(login.code)
        identity = self.env["giftcard.identity"]._of_wechat(app, wechat["openid"], wechat["unionid"])
        # The member has just proved who he is.
        state = identity.sudo().member_id.member_state
        if state != "active":
            raise Problem("member_frozen" if state == "frozen" else "member_closed")
        token, record = self.env["giftcard.api.token"]._issue(
            identity.sudo(), httprequest.user_agent.string, httprequest.remote_addr
        )
        member = self.with_context(giftcard_member_id=record.member_id.id, allowed_company_ids=record.company_id.ids)
        return Session(
            access_token=token,
            token_type="Bearer",
            expires_at=record.expires_at,
            member=member.env["giftcard.api.member"]._profile(),
        )

    def _logout(self):
        """End the session of this request."""
        self.env["giftcard.api.token"].browse(self.env.context["giftcard_token_id"])._revoke()

    def _app(self, appid=None):
        domain = [("kind", "=", "miniprogram"), *([("appid", "=", appid)] if appid else [])]
        apps = self.env["giftcard.wechat.app"].sudo().search(domain, limit=2)  # Guests have no rights of their own.
        if len(apps) != 1:
            detail = self.env._("Say which app the code is for.") if apps else self.env._("This app is not known.")
            raise Problem("validation_error", errors=[{"pointer": "#/appid", "detail": detail}])
        return apps.with_env(self.env)
