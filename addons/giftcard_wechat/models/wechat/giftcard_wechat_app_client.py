import logging
from contextlib import contextmanager

import requests
from wechatpy.exceptions import WeChatException

from odoo import models

from ...exceptions import CallsPaused, WechatRefused, WechatUnavailable
from ...wechat.client import Client, OAuth

_logger = logging.getLogger(__name__)

# "System error": WeChat's way of saying that it is busy.
BUSY = -1


class GiftcardWechatApp(models.Model):
    """Calls to WeChat: none waits longer than its time-out, none is made while WeChat is down or value is locked."""

    _inherit = "giftcard.wechat.app"

    def action_test_connection(self):
        """Ask WeChat for an access token, which proves address, app ID and secret, and where WeChat sees us from.

        :raise WechatRefused: with what is wrong
        """
        self.check_access("write")
        for app in self:
            app._test_connection()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": self.env._("WeChat answers, and the secret is right.")},
        }

    def _test_connection(self):
        """:raise WechatRefused: what is wrong"""
        self.ensure_one()
        client = self._client()
        with self._guarded():
            client._fetch_stable_token()

    def _circuit_name(self):
        """:return: what ``giftcard.circuit`` calls the service"""
        return f"wechat {self.appid}"

    def _call(self, method, path, data=None, params=None):
        """Call an interface of WeChat's with the app's access token.

        :param method: "get" or "post"
        :param path: e.g. ``wxa/msg_sec_check``
        :param data: dict, sent as JSON in UTF-8
        :return: dict of the answer; ``requests.Response`` where it is a file
        :raise WechatRefused: WeChat says no, ``errcode`` says why
        :raise WechatUnavailable: no answer; nobody knows whether the request took effect
        """
        self.ensure_one()
        client = self._client()
        with self._guarded():
            return client.call(method, path, data, params)

    @contextmanager
    def _guarded(self):
        """Ask WeChat inside; what goes wrong is told without the address, in which the secret or token stands."""
        # Whoever may ask need not be allowed to read apps: their id is no secret.
        appid = self.sudo().appid
        try:
            with self.env["giftcard.circuit"]._guard(f"wechat {appid}"):
                try:
                    yield
                except WeChatException as error:
                    raise self._refusal(error) from None
                except (requests.RequestException, ValueError, KeyError, TypeError) as error:
                    _logger.warning("WeChat does not answer for app %s: %s", appid, type(error).__name__)
                    raise WechatUnavailable(self.env._("WeChat does not answer.")) from None
        except CallsPaused as error:
            raise WechatUnavailable(str(error)) from None

    def _refusal(self, error):
        if error.errcode in (None, BUSY):
            _logger.warning("WeChat is busy for app %s", self.sudo().appid)
            return WechatUnavailable(self.env._("WeChat does not answer."), error.errcode)
        message = self.env._("WeChat: %(message)s (%(code)s)", message=error.errmsg, code=error.errcode)
        return WechatRefused(message, error.errcode)

    def _client(self):
        # The secret is the managers'; members need it when they log in, staff when they print a code.
        app = self.sudo()
        app._refuse_without_secret()
        return Client(app.appid, app.secret, app.api_url, self.env["giftcard.wechat.token"]._storage(app))

    def _oauth_client(self, **kwargs):
        # As above.
        app = self.sudo()
        app._refuse_without_secret()
        return OAuth(app.appid, app.secret, app.api_url, **kwargs)

    def _refuse_without_secret(self):
        if not self.secret:
            raise WechatRefused(self.env._("The secret of %s is missing.", self.sudo().name))
