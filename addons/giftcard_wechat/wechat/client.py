"""WeChat's server interfaces over ``wechatpy``, with tokens that all processes share. Knows nothing of the database.

What the library lacks is mended here: its address is fixed, it asks for tokens by the interface that makes the one
before worthless, trusts the time of its own process, repeats a call with a bad token without end, and waits for ever.
"""

import requests
from wechatpy.client.api import WeChatJSAPI
from wechatpy.client.base import BaseWeChatClient
from wechatpy.exceptions import WeChatClientException
from wechatpy.oauth import WeChatOAuth

# Seconds to connect, and to wait for each part of the answer.
TIMEOUT = (3, 5)
# invalid credential, invalid token, token out of date
BAD_TOKEN = (40001, 40014, 42001)
# Seconds before WeChat's own end at which a token or ticket is asked for anew.
MARGIN = 300


class Session(requests.Session):
    """HTTP that ends: with time-outs, and without being led elsewhere with our secrets in the address."""

    def request(self, method, url, **kwargs):
        return super().request(method, url, **{"timeout": TIMEOUT, "allow_redirects": False, **kwargs})


class Client(BaseWeChatClient):
    """One app at WeChat.

    :param base_url: e.g. ``https://api.weixin.qq.com``
    :param storage: has ``get(key)``, ``once(key, fetch)`` (the value, which one process fetches while the others wait;
        ``fetch`` returns it with its seconds) and ``discard(key, value)``
    """

    jsapi = WeChatJSAPI()

    def __init__(self, appid, secret, base_url, storage):
        super().__init__(appid, session=storage, auto_retry=False)
        self.secret = secret
        self.base_url = base_url.rstrip("/")
        self.API_BASE_URL = f"{self.base_url}/cgi-bin/"
        self._http = Session()

    @property
    def access_token(self):
        return self.session.once(self.access_token_key, self._fetch_stable_token)

    def call(self, method, path, data=None, params=None):
        """Call an interface; with a token that WeChat takes for a bad one once more with a new one.

        :param path: e.g. ``wxa/msg_sec_check``
        :return: dict of the answer, or ``requests.Response`` of a file
        :raise WeChatClientException: with WeChat's ``errcode``
        :raise requests.RequestException: without an answer
        """
        token = self.access_token
        try:
            return self._send(method, path, token, data, params)
        except WeChatClientException as error:
            if error.errcode not in BAD_TOKEN:
                raise
        self.session.discard(self.access_token_key, token)
        return self._send(method, path, self.access_token, data, params)

    def jsapi_ticket(self):
        """:return: what signatures of the JS-SDK are made with"""

        def fetch():
            answer = self.call("get", "cgi-bin/ticket/getticket", params={"type": "jsapi"})
            return answer["ticket"], max(int(answer["expires_in"]) - MARGIN, 60)

        return self.session.once(f"{self.appid}_jsapi_ticket", fetch)

    def _send(self, method, path, token, data, params):
        return self._request(
            method,
            path,
            api_base_url=f"{self.base_url}/",
            params={**(params or {}), "access_token": token},
            **({"data": data} if data is not None else {}),
        )

    def _fetch_stable_token(self):
        """The stable token: asked for again it is the same, so that nobody's token dies of it."""
        answer = self._http.post(
            f"{self.base_url}/cgi-bin/stable_token",
            json={
                "grant_type": "client_credential",
                "appid": self.appid,
                "secret": self.secret,
                "force_refresh": False,
            },
        )
        answer.raise_for_status()
        content = self._handle_result(answer)
        return content["access_token"], max(int(content["expires_in"]) - MARGIN, 60)


class OAuth(WeChatOAuth):
    """Login in pages of an official account."""

    def __init__(self, appid, secret, base_url, redirect_uri="", scope="snsapi_base", state=""):
        super().__init__(appid, secret, redirect_uri, scope, state)
        self.API_BASE_URL = f"{base_url.rstrip('/')}/"
        self._http = Session()
