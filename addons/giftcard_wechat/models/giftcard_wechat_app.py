import logging

import requests

from odoo import fields, models

from ..api.problems import Problem

_logger = logging.getLogger(__name__)

# Seconds to connect, and to wait for each part of the answer.
TIMEOUT = (3, 5)
# https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html
CODE_PROBLEMS = {
    40029: "invalid_login_code",
    40163: "invalid_login_code",
    40226: "login_refused",
}
WECHAT_BUSY_USER = 45011


class GiftcardWechatApp(models.Model):
    """A WeChat mini program of the merchant: where its users come from and what to tell WeChat about it."""

    _name = "giftcard.wechat.app"
    _description = "WeChat App"
    _order = "sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company, ondelete="restrict"
    )
    appid = fields.Char(
        string="App ID", required=True, copy=False, help="Of the mini program, e.g. wx0123456789abcdef."
    )
    secret = fields.Char(string="App Secret", copy=False, groups="giftcard_points.group_manager")
    api_url = fields.Char(
        string="API Address",
        required=True,
        default="https://api.weixin.qq.com",
        groups="giftcard_points.group_manager",
        help="WeChat's server interface.",
    )
    identity_ids = fields.One2many("giftcard.identity", "app_id", readonly=True)

    _appid_uniq = models.Constraint("UNIQUE(appid)", "This app has been set up already.")

    def _code2session(self, code):
        """Ask WeChat who got a login code of ``wx.login``: interface ``/sns/jscode2session``.

        The ``session_key`` in WeChat's answer is a secret between WeChat and the server; it is not needed and dropped.

        :return: dict with ``openid`` and, where WeChat gives it, ``unionid``
        :raise Problem: when the code is not good, the user is refused, or WeChat does not answer
        """
        self.ensure_one()
        # The secret is the managers'; logging in needs it on behalf of a guest.
        app = self.sudo()
        if not app.secret:
            _logger.error("The secret of WeChat app %s is missing", app.appid)
            raise Problem("provider_unavailable")
        parameters = {
            "appid": app.appid,
            "secret": app.secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        url = f"{app.api_url.rstrip('/')}/sns/jscode2session"
        try:
            answer = requests.get(url, params=parameters, timeout=TIMEOUT, allow_redirects=False)
            answer.raise_for_status()
            content = answer.json()
        except (requests.RequestException, ValueError) as error:
            # The text of the error holds the address, and the address the secret.
            _logger.warning("WeChat does not answer for app %s: %s", app.appid, type(error).__name__)
            raise Problem("provider_unavailable", retry_after=5) from None
        return self._session_of(content)

    def _session_of(self, content):
        """:return: what a good answer of WeChat says of the user"""
        code = content.get("errcode") if isinstance(content, dict) else -1
        if not code and content.get("openid"):
            return {"openid": content["openid"], "unionid": content.get("unionid")}
        if code == WECHAT_BUSY_USER:
            raise Problem("rate_limited", retry_after=60)
        if code in CODE_PROBLEMS:
            raise Problem(CODE_PROBLEMS[code])
        _logger.error("WeChat refuses app %s: errcode %s", self.appid, code)
        raise Problem("provider_unavailable", retry_after=5)
