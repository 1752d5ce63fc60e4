import logging

import requests

from odoo import fields, models

from ...api.problems import Problem
from ...exceptions import CallsPaused, QqRefused, QqUnavailable
from ..giftcard_wechat_app import CODE_PROBLEMS, WECHAT_BUSY_USER

_logger = logging.getLogger(__name__)

# Seconds to connect, and to wait for each part of the answer.
TIMEOUT = (3, 5)
BUSY = -1


class GiftcardQqApp(models.Model):
    """A QQ mini program of the merchant. QQ's interface has the fields and the error codes of WeChat's."""

    _name = "giftcard.qq.app"
    _description = "QQ App"
    _order = "id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company, ondelete="restrict"
    )
    appid = fields.Char(string="App ID", required=True, copy=False, help="As QQ's platform shows it, e.g. 1109000000.")
    secret = fields.Char(string="App Secret", copy=False, groups="giftcard_points.group_manager")
    api_url = fields.Char(
        string="API Address",
        required=True,
        default="https://api.q.qq.com",
        groups="giftcard_points.group_manager",
        help="QQ's server interface.",
    )

    _appid_uniq = models.Constraint("UNIQUE(appid)", "This app has been set up already.")

    def action_test_connection(self):
        """Ask QQ for an access token, which proves address, app ID and secret.

        :raise QqRefused: with what is wrong
        """
        self.check_access("write")
        for app in self:
            app._test_connection()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": self.env._("QQ answers, and the secret is right.")},
        }

    def _test_connection(self):
        """:raise QqRefused: what is wrong"""
        self.ensure_one()
        self._ask("/api/getToken", grant_type="client_credential")

    def _circuit_name(self):
        """:return: what ``giftcard.circuit`` calls the service"""
        return f"qq {self.appid}"

    def _code2session(self, code):
        """Ask QQ who got a code of ``qq.login``: interface ``/sns/jscode2session``. Its ``session_key`` is dropped.

        :return: dict with ``openid`` and, where QQ gives it, ``unionid``
        :raise Problem: ``invalid_login_code``, ``login_refused``, ``rate_limited``, ``provider_unavailable``
        """
        self.ensure_one()
        try:
            user = self._ask("/sns/jscode2session", js_code=code, grant_type="authorization_code")
        except QqUnavailable:
            raise Problem("provider_unavailable", retry_after=5) from None
        except QqRefused as refusal:
            if refusal.errcode == WECHAT_BUSY_USER:
                raise Problem("rate_limited", retry_after=60) from None
            if refusal.errcode in CODE_PROBLEMS:
                raise Problem(CODE_PROBLEMS[refusal.errcode]) from None
            _logger.error("QQ refuses app %s: errcode %s", self.sudo().appid, refusal.errcode)
            raise Problem("provider_unavailable", retry_after=5) from None
        if not user.get("openid"):
            raise Problem("provider_unavailable", retry_after=5)
        return {"openid": user["openid"], "unionid": user.get("unionid")}

    def _ask(self, path, **parameters):
        """:return: dict of QQ's answer
        :raise QqRefused: QQ says no, ``errcode`` says why
        :raise QqUnavailable: no answer
        """
        # The secret is the managers'; logging in needs it on behalf of a guest.
        app = self.sudo()
        if not app.secret:
            raise QqRefused(self.env._("The secret of %s is missing.", app.name))
        try:
            with self.env["giftcard.circuit"]._guard(app._circuit_name()):
                content = app._get(path, {"appid": app.appid, "secret": app.secret, **parameters})
        except CallsPaused as error:
            raise QqUnavailable(str(error)) from None
        if errcode := content.get("errcode"):
            message = self.env._("QQ: %(message)s (%(code)s)", message=content.get("errmsg", ""), code=errcode)
            raise QqRefused(message, errcode)
        return content

    def _get(self, path, parameters):
        try:
            answer = requests.get(
                f"{self.api_url.rstrip('/')}{path}", params=parameters, timeout=TIMEOUT, allow_redirects=False
            )
            answer.raise_for_status()
            content = answer.json()
        except (requests.RequestException, ValueError) as error:
            # The text of the error holds the address, and the address the secret.
            _logger.warning("QQ does not answer for app %s: %s", self.appid, type(error).__name__)
            raise QqUnavailable(self.env._("QQ does not answer.")) from None
        if not isinstance(content, dict) or content.get("errcode") == BUSY:
            raise QqUnavailable(self.env._("QQ does not answer."))
        return content
