"""WeChat's login on loopback, speaking the true protocol of ``jscode2session``.

``GET /sns/jscode2session?appid=&secret=&js_code=&grant_type=authorization_code`` answers with HTTP 200 and JSON, errors
as ``errcode``/``errmsg``, as documented for WeChat's interface "code2Session". What the phone does (``wx.login``) is
asked over ``POST /control/code`` with ``{"user": "alice"}``, from this or another process.

    python -m tests.fakes.wechat --port 8098
    with FakeWechat() as wechat: wechat.code_for("alice")
"""

import argparse
import hashlib
import json
import secrets
import threading
import time
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

APPID = "wx00000000000demo0"
SECRET = "demo-secret-of-the-loopback-wechat"
CODE_SECONDS = 300
ERRORS = {
    -1: "system error",
    40002: "invalid grant_type",
    40013: "invalid appid",
    40029: "invalid code",
    40125: "invalid appsecret",
    40163: "code been used",
    40226: "code blocked",
    41002: "appid missing",
    41004: "appsecret missing",
    41008: "missing code",
    45011: "api minute-quota reach limit, must slower, retry next minute",
}


class WechatError(Exception):
    """An ``errcode`` of WeChat."""


class FakeWechat:
    """The fake, serving in a thread as a context manager.

    :param port: 0: a free one; ``url`` tells
    :param apps: dict of app id -> secret
    :param clock: seconds, replaceable to let codes grow old
    """

    def __init__(self, port=0, apps=None, clock=time.monotonic):
        self.apps = apps or {APPID: SECRET}
        self.clock = clock
        self.requests = []
        self.at_exit = None
        self._codes = {}
        self._failures = {}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler_of(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @classmethod
    def for_demo(cls, admin):
        """A server for the app of the demo data, which learns its address and forgets it afterwards.

        :param admin: client with ``ref``, ``read`` and ``call`` (see ``demo/odoo.py``)
        """
        wechat = cls()
        app_id = admin.ref("giftcard_wechat.demo_app")
        before = admin.read("giftcard.wechat.app", app_id, "api_url")["api_url"]
        admin.call("giftcard.wechat.app", "write", [app_id], {"api_url": wechat.url})
        wechat.at_exit = lambda: admin.call("giftcard.wechat.app", "write", [app_id], {"api_url": before})
        return wechat

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, name="fake-wechat", daemon=True).start()
        return self

    def __exit__(self, *exc_info):
        if self.at_exit:
            self.at_exit()
        self._server.shutdown()
        self._server.server_close()

    def serve_forever(self):
        self._server.serve_forever()

    def code_for(self, user, appid=APPID):
        """:return: what ``wx.login`` gives this user: a code for one exchange within five minutes"""
        code = f"0{secrets.token_hex(15)}"
        with self._lock:
            self._codes[code] = {"user": user, "appid": appid, "made": self.clock(), "used": False}
        return code

    def fail_next(self, errcode, user=None):
        """Let the next exchange (of this user's code) answer with an error of WeChat's own: -1, 40226, 45011."""
        with self._lock:
            self._failures[user] = errcode

    def openid(self, user, appid=APPID):
        """:return: the user's id in one app, always the same, 28 characters as WeChat's"""
        return "o" + _token(f"openid/{appid}/{user}")[:27]

    def unionid(self, user):
        return "u" + _token(f"unionid/{user}")[:27]

    def exchange(self, appid, secret, js_code, grant_type):
        """:return: WeChat's answer to ``jscode2session``
        :raise WechatError: with the errcode, in the order in which WeChat looks at the parameters
        """
        for missing, value in ((41002, appid), (41004, secret), (41008, js_code)):
            if not value:
                raise WechatError(missing)
        if grant_type != "authorization_code":
            raise WechatError(40002)
        if appid not in self.apps:
            raise WechatError(40013)
        if secret != self.apps[appid]:
            raise WechatError(40125)
        with self._lock:
            code = self._codes.get(js_code)
            if not code or code["appid"] != appid or self.clock() - code["made"] > CODE_SECONDS:
                raise WechatError(40029)
            for user in (code["user"], None):
                if user in self._failures:
                    raise WechatError(self._failures.pop(user))
            if code["used"]:
                raise WechatError(40163)
            code["used"] = True
        return {
            "session_key": b64encode(secrets.token_bytes(16)).decode(),
            "openid": self.openid(code["user"], appid),
            "unionid": self.unionid(code["user"]),
        }


def _token(text):
    return hashlib.blake2b(text.encode(), digest_size=32).hexdigest()


def _handler_of(wechat):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            url = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            if url.path != "/sns/jscode2session":
                return self._answer({"errcode": 40066, "errmsg": "invalid url"}, 404)
            wechat.requests.append(query)
            try:
                answer = wechat.exchange(*map(query.get, ("appid", "secret", "js_code", "grant_type")))
            except WechatError as error:
                [errcode] = error.args
                answer = {"errcode": errcode, "errmsg": f"{ERRORS[errcode]}, rid: {secrets.token_hex(12)}"}
            # WeChat sends JSON as text/plain.
            return self._answer(answer, content_type="text/plain")

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path != "/control/code":
                return self._answer({"error": "unknown path"}, 404)
            try:
                wish = json.loads(body)
                code = wechat.code_for(wish["user"], wish.get("appid", APPID))
            except (ValueError, KeyError, TypeError, AttributeError):
                return self._answer({"error": 'expected {"user": "..."}'}, 400)
            return self._answer({"code": code})

        def _answer(self, content, status=200, content_type="application/json"):
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    return Handler


def main():
    parser = argparse.ArgumentParser(description="WeChat's login on loopback")
    parser.add_argument("--port", type=int, default=8098)
    server = FakeWechat(parser.parse_args().port)
    print(f"WeChat on {server.url}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
