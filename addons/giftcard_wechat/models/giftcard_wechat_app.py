import logging

from odoo import fields, models

from ..api.problems import Problem
from ..exceptions import WechatRefused, WechatUnavailable
from ..wechat.client import Session

_logger = logging.getLogger(__name__)

# https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html
CODE_PROBLEMS = {
    40029: "invalid_login_code",
    40163: "invalid_login_code",
    40226: "login_refused",
}
WECHAT_BUSY_USER = 45011


class GiftcardWechatApp(models.Model):
    """A mini program or official account of the merchant: where its users come from, and how to speak with WeChat.

    What is asked of WeChat is in the files of the folder ``wechat``.
    """

    _name = "giftcard.wechat.app"
    _description = "WeChat App"
    _order = "sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company, ondelete="restrict"
    )
    kind = fields.Selection(
        [("miniprogram", "Mini Program"), ("official", "Official Account")], required=True, default="miniprogram"
    )
    appid = fields.Char(
        string="App ID", required=True, copy=False, help="As WeChat's platform shows it, e.g. wx0123456789abcdef."
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
        try:
            with self._guarded():
                content = Session().get(f"{app.api_url.rstrip('/')}/sns/jscode2session", params=parameters)
                content.raise_for_status()
                content = content.json()
        except WechatRefused as refusal:
            raise self._login_problem(refusal) from None
        code = content.get("errcode") if isinstance(content, dict) else -1
        if code or not content.get("openid"):
            raise self._login_problem(WechatRefused("", code))
        return {"openid": content["openid"], "unionid": content.get("unionid")}

    def _login_problem(self, refusal):
        """:return: the :class:`Problem` that tells the client why WeChat does not say who somebody is"""
        if refusal.errcode == WECHAT_BUSY_USER:
            return Problem("rate_limited", retry_after=60)
        if refusal.errcode in CODE_PROBLEMS:
            return Problem(CODE_PROBLEMS[refusal.errcode])
        if not isinstance(refusal, WechatUnavailable):
            _logger.error("WeChat refuses app %s: errcode %s", self.sudo().appid, refusal.errcode)
        return Problem("provider_unavailable", retry_after=5)
