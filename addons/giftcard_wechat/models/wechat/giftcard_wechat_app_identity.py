import re

from odoo import models

from ...api.problems import Problem
from ...exceptions import WechatRefused

_PHONE = re.compile(r"[0-9]{5,15}")


class GiftcardWechatApp(models.Model):
    """Whom WeChat says a user is, and the user's phone number."""

    _inherit = "giftcard.wechat.app"

    def _phone_number(self, code):
        """Ask WeChat for the phone number that a user has just agreed to give: interface ``getuserphonenumber``.

        :param code: of the button ``getPhoneNumber``, not of ``wx.login``; good once, for five minutes
        :return: the number with its country, as E.164: ``+8613800138000``
        :raise Problem: ``invalid_login_code``, ``rate_limited``, ``provider_unavailable``
        """
        self.ensure_one()
        try:
            info = self._call("post", "wxa/business/getuserphonenumber", {"code": code}).get("phone_info") or {}
        except WechatRefused as refusal:
            raise self._login_problem(refusal) from None
        number, country = str(info.get("purePhoneNumber", "")), str(info.get("countryCode", ""))
        if (info.get("watermark") or {}).get("appid") != self.sudo().appid or not _PHONE.fullmatch(
            f"{country}{number}"
        ):
            raise Problem("invalid_login_code")
        return f"+{country}{number}"

    def _oauth_url(self, redirect_uri, state, scope="snsapi_base"):
        """:return: where a page of an official account sends its visitor to be told by WeChat who that is
        :param state: comes back with the code, and has to be compared
        :param scope: ``snsapi_userinfo`` asks the visitor for consent, and gives name and unionid
        """
        return self._oauth_client(redirect_uri=redirect_uri, scope=scope, state=state).authorize_url

    def _oauth(self, code):
        """Ask WeChat who came back from :meth:`_oauth_url`: interfaces ``/sns/oauth2/access_token``, ``/sns/userinfo``.

        :return: dict with ``openid``, ``unionid`` and ``name``; the last two are None where the visitor was not asked
        :raise Problem: also ``login_refused`` for a visitor who only looks at a snapshot of the page: WeChat gives him
            an identity that is not his
        """
        self.ensure_one()
        try:
            oauth = self._oauth_client()
            with self._guarded():
                answer = oauth.fetch_access_token(code)
                asked = "snsapi_userinfo" in str(answer.get("scope", "")).split(",")
                snapshot = answer.get("is_snapshotuser")
                user = oauth.get_user_info() if asked and not snapshot else {}
        except WechatRefused as refusal:
            raise self._login_problem(refusal) from None
        if snapshot or user.get("is_snapshotuser"):
            raise Problem("login_refused", self.env._("Open the page fully first."))
        return {
            "openid": answer["openid"],
            "unionid": answer.get("unionid") or user.get("unionid"),
            "name": user.get("nickname") or None,
        }
