"""WeChat's server interfaces on loopback, speaking their true protocol.

``GET /sns/jscode2session?appid=&secret=&js_code=&grant_type=authorization_code`` answers with HTTP 200 and JSON, errors
as ``errcode``/``errmsg``, as documented for WeChat's interface "code2Session"; so do those that want an access token
(``wechat_api.py``). What the phone does (``wx.login``) is asked over ``POST /control/code`` with ``{"user": "alice"}``,
the button ``getPhoneNumber`` over ``/control/phone``, from this or another process.

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

from tests.fakes.wechat_api import APPID, CODE_SECONDS, ERRORS, ServerApis, WechatError

OFFICIAL = "wx00000000000demo1"
SECRET = "demo-secret-of-the-loopback-wechat"


class FakeWechat(ServerApis):
    """The fake, serving in a thread as a context manager.

    :param port: 0: a free one; ``url`` tells
    :param apps: dict of app id -> secret
    :param clock: seconds, replaceable to let codes grow old
    """

    def __init__(self, port=0, apps=None, clock=time.monotonic):
        self.apps = apps or {APPID: SECRET, OFFICIAL: SECRET}
        self.clock = clock
        self.requests = []
        self.at_exit = None
        self._codes = {}
        self._failures = {}
        self._lock = threading.Lock()
        self.delay = 0
        self.begin()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), {"wechat": self}))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @classmethod
    def for_demo(cls, admin):
        """A server for the apps of the demo data, which learn its address and forget it afterwards.

        :param admin: client with ``ref``, ``read`` and ``call`` (see ``demo/odoo.py``)
        """
        wechat = cls()
        app_ids = [admin.ref(f"giftcard_wechat.{name}") for name in ("demo_app", "demo_official_app")]
        before = admin.read("giftcard.wechat.app", app_ids[0], "api_url")["api_url"]
        admin.call("giftcard.wechat.app", "write", app_ids, {"api_url": wechat.url})
        wechat.at_exit = lambda: admin.call("giftcard.wechat.app", "write", app_ids, {"api_url": before})
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

    def fail(self, path, *faults):
        """Let the next calls of an interface fail: an errcode, or None for a line that is cut."""
        with self._lock:
            self._failures.setdefault(path, []).extend(faults)

    def openid(self, user, appid=APPID):
        """:return: the user's id in one app, always the same, 28 characters as WeChat's"""
        return "o" + _token(f"openid/{appid}/{user}")[:27]

    def unionid(self, user):
        return "u" + _token(f"unionid/{user}")[:27]

    def answer(self, path, query, raw):
        """:return: what WeChat answers: dict, or bytes of a picture; None where there is no such interface
        :raise WechatError: an error, or None for a line that is cut
        """
        with self._lock:
            if faults := self._failures.get(path):
                raise WechatError(faults.pop(0))
        of_guests = {"/sns/oauth2/access_token": self.oauth_token, "/sns/userinfo": self.userinfo}
        if path == "/sns/jscode2session":
            self.requests.append(query)
            return self.exchange(*map(query.get, ("appid", "secret", "js_code", "grant_type")))
        if path in of_guests:
            return of_guests[path](query)
        try:
            content = json.loads(raw) if raw else {}
        except ValueError:
            raise WechatError(47001) from None
        if path == "/cgi-bin/stable_token":
            return self.stable_token(content)
        interface = self.routes().get(path)
        if not interface:
            return None
        appid = self.app_of(query.get("access_token"))
        answer = interface(appid, query, content, *([raw] if path == "/wxa/msg_sec_check" else []))
        return answer if isinstance(answer, bytes) else {"errcode": 0, "errmsg": "ok", **answer}

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


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self._serve(b"")

    def do_POST(self):
        self._serve(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _serve(self, raw):
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path.startswith("/control/"):
            return self._control(url.path, raw)
        time.sleep(self.wechat.delay)
        try:
            answer = self.wechat.answer(url.path, query, raw)
        except WechatError as error:
            [errcode] = error.args
            if errcode is None:
                self.close_connection = True
                return None
            answer = {"errcode": errcode, "errmsg": f"{ERRORS[errcode]}, rid: {secrets.token_hex(12)}"}
        if answer is None:
            return self._answer({"errcode": 40066, "errmsg": "invalid url"}, 404)
        if isinstance(answer, bytes):
            return self._send(answer, 200, "image/png")
        # WeChat sends JSON as text/plain.
        return self._answer(answer, content_type="text/plain")

    def _control(self, path, raw):
        makers = {"/control/code": self.wechat.code_for, "/control/phone": self.wechat.phone_code_for}
        if path not in makers:
            return self._answer({"error": "unknown path"}, 404)
        try:
            code = makers[path](**json.loads(raw))
        except (ValueError, KeyError, TypeError, AttributeError):
            return self._answer({"error": 'expected {"user": "..."}'}, 400)
        return self._answer({"code": code})

    def _answer(self, content, status=200, content_type="application/json"):
        self._send(json.dumps(content).encode(), status, content_type)

    def _send(self, body, status, content_type):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def main():
    parser = argparse.ArgumentParser(description="WeChat's login on loopback")
    parser.add_argument("--port", type=int, default=8098)
    server = FakeWechat(parser.parse_args().port)
    print(f"WeChat on {server.url}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
