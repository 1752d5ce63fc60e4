"""The SMS gateways of Alibaba Cloud and Tencent Cloud on loopback: they verify signatures and keep what is sent.

Alibaba Cloud: ``SendSms``, ``QuerySmsTemplate`` of 2017-05-25, signed by ACS3-HMAC-SHA256. Tencent Cloud: ``SendSms``,
``DescribeSmsTemplateList`` of 2021-01-11, signed by TC3-HMAC-SHA256. Requests older than 15 (5) minutes are refused.

    with FakeSms() as sms: ...; sms.sent[-1]["code"]
"""

import hashlib
import hmac
import json
import re
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, urlsplit

KEY_ID, SECRET = "demo-key-id", "demo-key-secret"
TEMPLATES = {"SMS_1", "1001"}
ALIYUN_SECONDS, TENCENT_SECONDS = 900, 300


class Refusal(Exception):
    """What a vendor says no with. ``args``: code, HTTP status."""


class FakeSms:
    """The fake, serving in a thread as a context manager.

    :ivar sent: list of dict with ``vendor``, ``phone``, ``code``, ``sign``, ``template``
    """

    def __init__(self, port=0):
        self.sent = []
        self._failures = []
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler_of(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, name="fake-sms", daemon=True).start()
        return self

    def __exit__(self, *exc_info):
        self._server.shutdown()
        self._server.server_close()

    def fail_next(self, code, status=200):
        """Let the next request be refused with a code of the vendor's own, or with an HTTP status."""
        self._failures.append((code, status))

    def aliyun(self, method, path, query, headers, body):
        """:return: answer of Alibaba Cloud"""
        verify_acs3(method, path, query, headers, body)
        if headers.get("x-acs-version") != "2017-05-25":
            raise Refusal("InvalidVersion", 400)
        asked = dict(parse_qsl(query)) | dict(parse_qsl(body.decode()))
        self._fail()
        match headers["x-acs-action"]:
            case "SendSms":
                if asked["TemplateCode"] not in TEMPLATES:
                    return {"Code": "isv.SMS_TEMPLATE_ILLEGAL", "Message": "…", "RequestId": "1"}
                if not re.fullmatch(r"1[3-9]\d{9}|[2-9]\d{6,14}", asked["PhoneNumbers"]):
                    return {"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": "…", "RequestId": "1"}
                code = json.loads(asked["TemplateParam"])["code"]
                self._keep("aliyun", asked["PhoneNumbers"], code, asked["SignName"], asked["TemplateCode"])
            case "QuerySmsTemplate":
                if asked["TemplateCode"] not in TEMPLATES:
                    return {"Code": "isv.SMS_TEMPLATE_ILLEGAL", "Message": "…", "RequestId": "1"}
            case _:
                raise Refusal("InvalidAction.NotFound", 404)
        return {"Code": "OK", "Message": "OK", "BizId": f"biz-{len(self.sent)}", "RequestId": "1"}

    def tencent(self, method, path, query, headers, body):
        """:return: answer of Tencent Cloud"""
        verify_tc3(method, path, query, headers, body)
        if headers.get("x-tc-version") != "2021-01-11":
            raise Refusal("InvalidParameterValue", 200)
        asked = json.loads(body)
        self._fail()
        match headers["x-tc-action"]:
            case "SendSms":
                [phone], [code] = asked["PhoneNumberSet"], asked["TemplateParamSet"]
                status = {"SerialNo": "", "PhoneNumber": phone, "Fee": 1, "SessionContext": "", "IsoCode": "CN"}
                if asked["TemplateId"] not in TEMPLATES:
                    outcome = {"Code": "FailedOperation.TemplateIncorrectOrUnapproved", "Message": "…"}
                elif not re.fullmatch(r"\+\d{7,15}", phone):
                    outcome = {"Code": "InvalidParameterValue.IncorrectPhoneNumber", "Message": "…"}
                else:
                    self._keep("tencent", phone, code, asked["SignName"], asked["TemplateId"])
                    outcome = {"Code": "Ok", "Message": "send success", "SerialNo": f"serial-{len(self.sent)}"}
                return {"Response": {"SendStatusSet": [status | outcome], "RequestId": "1"}}
            case "DescribeSmsTemplateList":
                return {"Response": {"DescribeTemplateStatusSet": [], "RequestId": "1"}}
        raise Refusal("InvalidAction", 200)

    def _fail(self):
        if self._failures:
            raise Refusal(*self._failures.pop(0))

    def _keep(self, vendor, phone, code, sign, template):
        self.sent.append({"vendor": vendor, "phone": phone, "code": code, "sign": sign, "template": template})


def verify_acs3(method, path, query, headers, body):
    """Signature version 3 of Alibaba Cloud.

    :raise Refusal: ``InvalidAccessKeyId.NotFound``, ``SignatureDoesNotMatch``, ``InvalidTimeStamp.Expired``
    """
    found = re.fullmatch(
        r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})",
        headers.get("authorization", ""),
    )
    if not found:
        raise Refusal("IncompleteSignature", 400)
    key_id, signed, signature = found.groups()
    if key_id != KEY_ID:
        raise Refusal("InvalidAccessKeyId.NotFound", 404)
    date = datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    if abs(time.time() - date.timestamp()) > ALIYUN_SECONDS:
        raise Refusal("InvalidTimeStamp.Expired", 400)
    digest = hashlib.sha256(body).hexdigest()
    canonical = "\n".join(
        [
            method,
            path,
            "&".join(
                f"{quote(name, safe='~')}={quote(value, safe='~')}"
                for name, value in sorted(parse_qsl(query, keep_blank_values=True))
            ),
            *(f"{name}:{headers[name].strip()}" for name in signed.split(";")),
            "",
            signed,
            digest,
        ]
    )
    text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    good = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(good, signature) or headers.get("x-acs-content-sha256") != digest:
        raise Refusal("SignatureDoesNotMatch", 400)


def verify_tc3(method, path, query, headers, body):
    """Signature version 3 of Tencent Cloud.

    :raise Refusal: ``AuthFailure.SecretIdNotFound``, ``AuthFailure.SignatureFailure``, ``AuthFailure.SignatureExpire``
    """
    found = re.fullmatch(
        r"TC3-HMAC-SHA256 Credential=([^/]+)/([\d-]+)/(\w+)/tc3_request, SignedHeaders=([^,]+),"
        r" Signature=([0-9a-f]{64})",
        headers.get("authorization", ""),
    )
    if not found:
        raise Refusal("AuthFailure.InvalidAuthorization", 200)
    key_id, day, service, signed, signature = found.groups()
    if key_id != KEY_ID:
        raise Refusal("AuthFailure.SecretIdNotFound", 200)
    stamp = headers["x-tc-timestamp"]
    if abs(time.time() - int(stamp)) > TENCENT_SECONDS:
        raise Refusal("AuthFailure.SignatureExpire", 200)
    canonical = "\n".join(
        [
            method,
            path,
            query,
            *(f"{name}:{headers[name].strip().lower()}" for name in signed.split(";")),
            "",
            signed,
            hashlib.sha256(body).hexdigest(),
        ]
    )
    scope = f"{day}/{service}/tc3_request"
    text = f"TC3-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"TC3{SECRET}".encode()
    for part in (day, service, "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(hmac.new(key, text.encode(), hashlib.sha256).hexdigest(), signature):
        raise Refusal("AuthFailure.SignatureFailure", 200)


def _handler_of(sms):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            url = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length") or 0))
            tencent = "x-tc-action" in headers
            vendor = sms.tencent if tencent else sms.aliyun
            try:
                self._answer(vendor("POST", url.path or "/", url.query, headers, body))
            except Refusal as refusal:
                code, status = refusal.args
                error = {"Code": code, "Message": "…"}
                self._answer(
                    {"Response": {"Error": error, "RequestId": "1"}} if tencent else {**error, "RequestId": "1"}, status
                )

        def _answer(self, content, status=200):
            text = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args):
            pass

    return Handler
