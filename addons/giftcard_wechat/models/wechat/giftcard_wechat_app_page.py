import secrets
import time

from odoo import api, models

from ...api.problems import Problem


class GiftcardWechatApp(models.Model):
    """Pages in WeChat's browser: what they need to use WeChat's JS-SDK."""

    _inherit = "giftcard.wechat.app"

    @api.model
    def _choose(self, kind, appid=None):
        """:param appid: that a client names; it may do without where there is only one
        :return: the app, of the company acted for if there is one
        :raise Problem: ``validation_error``
        """
        # Members and guests do not read apps; which one is theirs is no secret.
        domain = [("kind", "=", kind), *([("appid", "=", appid)] if appid else [])]
        if self.env.context.get("allowed_company_ids"):
            domain.append(("company_id", "=", self.env.company.id))
        apps = self.sudo().search(domain, limit=2)
        if len(apps) != 1:
            detail = self.env._("Say which app it is for.") if apps else self.env._("This app is not known.")
            raise Problem("validation_error", errors=[{"pointer": "#/appid", "detail": detail}])
        return apps.with_env(self.env)

    def _sign_page(self, url):
        """Sign a page for ``wx.config``.

        :param url: of the page; what follows "#" is not signed
        :return: dict of ``appid``, ``timestamp`` (seconds), ``nonce`` and ``signature``
        :raise WechatRefused: or :class:`WechatUnavailable`
        """
        self.ensure_one()
        nonce, timestamp = secrets.token_hex(8), int(time.time())
        client = self._client()
        with self._guarded():
            signature = client.jsapi.get_jsapi_signature(nonce, client.jsapi_ticket(), timestamp, url.partition("#")[0])
        return {"appid": client.appid, "timestamp": timestamp, "nonce": nonce, "signature": signature}
