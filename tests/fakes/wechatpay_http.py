"""The wire of the loopback WeChat Pay: routes, the check of who asks, signed answers, faults."""

import json
import re
import time
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.wechatpay_keys import spare_key

SKEW = 300
_PAY = r"/v3/pay(?P<partner>/partner)?/transactions"
_ROUTES = [
    ("POST", rf"{_PAY}/(?P<kind>jsapi|native|codepay)", "order"),
    ("GET", rf"{_PAY}/out-trade-no/(?P<number>[^/]+)", "query"),
    ("POST", rf"{_PAY}/out-trade-no/(?P<number>[^/]+)/close", "close"),
    ("POST", rf"{_PAY}/out-trade-no/(?P<number>[^/]+)/reverse", "reverse"),
    ("POST", r"/v3/refund/domestic/refunds", "refund"),
    ("GET", r"/v3/refund/domestic/refunds/(?P<number>[^/]+)", "query_refund"),
    ("GET", r"/v3/certificates", "certificates"),
    ("GET", r"/v3/bill/tradebill", "bill"),
    ("GET", r"/v3/billdownload/file", "bill_file"),
]
_CALLS = {
    "order": lambda pay, match, query, body: pay.order(match["kind"].upper(), body),
    "query": lambda pay, match, query, body: pay.query(match["number"], query),
    "close": lambda pay, match, query, body: pay.close(match["number"], body),
    "reverse": lambda pay, match, query, body: pay.reverse(match["number"], body),
    "refund": lambda pay, match, query, body: pay.refund(body),
    "query_refund": lambda pay, match, query, body: pay.query_refund(match["number"]),
    "certificates": lambda pay, match, query, body: pay.certificates(),
    "bill": lambda pay, match, query, body: pay.bill(query.get("bill_date", "")),
    "bill_file": lambda pay, match, query, body: pay.bill_file(query.get("token", "")),
}


class WechatPayError(Exception):
    """An error answer: HTTP status, code, message."""


def handler_of(pay):
    """:return: the class that serves one ``FakeWechatPay``"""
    return type("Handler", (_Handler,), {"pay": pay})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self._serve("")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path == "/control/pay":
            self.pay.pay(json.loads(body)["out_trade_no"])
            return self._send(200, b"{}")
        return self._serve(body)

    def _serve(self, body):
        fault = self.pay.fault_of(self.path)
        self.pay.requests.append((self.command, self.path, body))
        try:
            self._authenticate(body)
            if fault and fault[0] == "refuse":
                raise WechatPayError(fault[2], fault[3], "系统异常，请用相同参数重新调用")
            answer, status = self._route(body)
        except WechatPayError as error:
            status, code, message = error.args
            answer = {"code": code, "message": message}
        if fault and fault[0] == "lose":
            self.close_connection = True
            return None
        if isinstance(answer, bytes):
            # Files are not signed.
            return self._send(200, answer, {"Content-Type": "application/x-gzip"})
        text = "" if answer is None else json.dumps(answer, ensure_ascii=False)
        key = spare_key() if fault and fault[0] == "forge" else self.pay.platform
        asked = self.headers.get("Wechatpay-Serial", "")
        headers = key.headers(text, public=asked.startswith("PUB_KEY_ID_"))
        if fault and fault[0] == "forge":
            headers["Wechatpay-Serial"] = asked or self.pay.platform.serial
        return self._send(204 if answer is None else status, text.encode(), headers)

    def _authenticate(self, body):
        scheme, _, values = self.headers.get("Authorization", "").partition(" ")
        values = dict(re.findall(r'(\w+)="([^"]*)"', values))
        if scheme != "WECHATPAY2-SHA256-RSA2048" or not {"timestamp", "nonce_str", "signature"} <= set(values):
            raise WechatPayError(401, "SIGN_ERROR", "Http头Authorization值格式错误")
        if values.get("mchid") != self.pay.mchid or values.get("serial_no") != self.pay.merchant.serial:
            raise WechatPayError(401, "SIGN_ERROR", "商户证书序列号有误")
        if abs(time.time() - int(values["timestamp"])) > SKEW:
            raise WechatPayError(401, "SIGN_ERROR", "时间戳过期")
        lines = (self.command, self.path, values["timestamp"], values["nonce_str"], body)
        if not self.pay.merchant.verifies(values["signature"], *lines):
            raise WechatPayError(401, "SIGN_ERROR", "错误的签名，导致验签失败")
        if "json" not in self.headers.get("Accept", "") or not self.headers.get("User-Agent"):
            raise WechatPayError(406, "INVALID_REQUEST", "Accept and User-Agent are needed")
        asked = self.headers.get("Wechatpay-Serial", "")
        if self.pay.mode == "public_key" and asked != self.pay.platform.public_id:
            raise WechatPayError(400, "PARAM_ERROR", "微信支付公钥ID有误")

    def _route(self, body):
        url = urlsplit(self.path)
        for method, pattern, name in _ROUTES:
            match = re.fullmatch(pattern, url.path)
            if match and method == self.command:
                if "partner" in match.groupdict() and bool(match["partner"]) != self.pay.partner:
                    raise WechatPayError(403, "NO_AUTH", "此商户无权限")
                try:
                    content = json.loads(body) if method == "POST" else None
                except ValueError:
                    raise WechatPayError(400, "PARAM_ERROR", "the body is not JSON") from None
                return _CALLS[name](self.pay, match, dict(parse_qsl(url.query)), content), 200
        raise WechatPayError(404, "RESOURCE_NOT_EXISTS", "unknown path")

    def _send(self, status, body, headers=None):
        self.send_response(status)
        for name, value in {"Content-Type": "application/json; charset=utf-8", **(headers or {})}.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass
