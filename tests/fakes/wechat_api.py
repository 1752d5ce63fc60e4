"""What the loopback WeChat answers to a server that has an access token, as documented for each interface."""

import re
import secrets
import string

APPID = "wx00000000000demo0"
CODE_SECONDS = 300
TOKEN_SECONDS = 7200
ERRORS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40013: "invalid appid",
    40029: "invalid code",
    40037: "invalid template_id",
    40097: "invalid args",
    40125: "invalid appsecret",
    40163: "code been used",
    40169: "invalid length for scene, or the data is not json string",
    40226: "code blocked",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41008: "missing code",
    41030: "invalid page",
    43101: "user refuse to accept the msg",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    47001: "data format error",
    47003: "argument invalid! data.thing1.value invalid",
    61010: "code is expired",
    10060001: "支付单不存在",
    10060002: "支付单已完成发货，无法继续发货",
    10060004: "支付单处于不可发货的状态",
    10060012: "物流公司编码有误",
    10060023: "发货信息未更新",
}
_SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")
# Values of templates by the kind of their field.
_FIELDS = {
    "thing": lambda value: 0 < len(value) <= 20,
    "character_string": lambda value: 0 < len(value) <= 32 and value.isascii(),
    "time": lambda value: bool(re.match(r"\d{4}(年\d{1,2}月\d{1,2}日|-\d{2}-\d{2}|/\d{1,2}/\d{1,2})", value)),
    "date": lambda value: bool(re.match(r"\d{4}(年\d{1,2}月\d{1,2}日|-\d{2}-\d{2}|/\d{1,2}/\d{1,2})", value)),
    "number": lambda value: value.replace(".", "", 1).isdecimal() and len(value) <= 32,
    "amount": lambda value: bool(re.fullmatch(r"[¥￥]?\d{1,10}(\.\d{1,2})?元?", value)),
    "phrase": lambda value: 0 < len(value) <= 5,
}
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c636060606000000005000157cffc340000000049454e44ae426082"
)


class WechatError(Exception):
    """An ``errcode`` of WeChat."""


class ServerApis:
    """State and answers of the interfaces; mixed into :class:`tests.fakes.wechat.FakeWechat`."""

    def begin(self):
        self.tokens = {}
        self.token_fetches = 0
        self.sent = []
        self.checked = []
        self.shipped = {}
        self.consents = {}
        self.templates = {}
        self.pages = {"pages/index/index"}
        self.orders = {}
        self._phone_codes = {}
        self._oauth_codes = {}
        self._grants = {}
        self.idle = set()

    # ---- what users and merchants do ---------------------------------------------------------------------------------

    def phone_code_for(self, user, phone="13800138000", country="86", appid=APPID):
        """:return: what the button ``getPhoneNumber`` gives when the user agrees"""
        code = secrets.token_hex(32)
        self._phone_codes[code] = {"phone": phone, "country": country, "appid": appid, "made": self.clock()}
        return code

    def oauth_code_for(self, user, appid=APPID, scope="snsapi_base", snapshot=False):
        """:return: the code with which WeChat sends the visitor of a page back"""
        code = secrets.token_hex(16)
        self._oauth_codes[code] = {
            "user": user,
            "appid": appid,
            "scope": scope,
            "snapshot": snapshot,
            "made": self.clock(),
        }
        return code

    def agree(self, user, template_id, times=1, appid=APPID):
        """The user agrees to so many messages of a template."""
        key = (self.openid(user, appid), template_id)
        self.consents[key] = self.consents.get(key, 0) + times

    def expire_tokens(self):
        """All access tokens are bad from now on, as after a change of the secret."""
        self.tokens.clear()

    # ---- tokens ------------------------------------------------------------------------------------------------------

    def stable_token(self, content):
        """The same token for whoever asks, until it ends."""
        appid = content.get("appid")
        if content.get("grant_type") != "client_credential":
            raise WechatError(40002)
        if appid not in self.apps:
            raise WechatError(40013)
        if content.get("secret") != self.apps[appid]:
            raise WechatError(40125)
        with self._lock:
            self.token_fetches += 1
            token, until = self.tokens.get(appid, (None, 0))
            if until <= self.clock() or content.get("force_refresh"):
                # Longer than what many a column holds, as WeChat's are.
                token, until = f"9{secrets.token_hex(128)}", self.clock() + TOKEN_SECONDS
                self.tokens[appid] = (token, until)
        return {"access_token": token, "expires_in": int(until - self.clock())}

    def app_of(self, token):
        """:raise WechatError: 41001, 40001"""
        if not token:
            raise WechatError(41001)
        for appid, (known, until) in self.tokens.items():
            if known == token and until > self.clock():
                return appid
        raise WechatError(40001)

    def getticket(self, appid, query, content):
        return {"ticket": self._ticket(appid), "expires_in": TOKEN_SECONDS}

    def _ticket(self, appid):
        return f"sM4AOVdWfPE4DxkXGEs8V{appid}{self.tokens[appid][0][:16]}"

    # ---- users -------------------------------------------------------------------------------------------------------

    def getuserphonenumber(self, appid, query, content):
        found = self._phone_codes.pop(content.get("code"), None)
        if not found or found["appid"] != appid or self.clock() - found["made"] > CODE_SECONDS:
            raise WechatError(40029)
        return {
            "phone_info": {
                "phoneNumber": found["phone"] if found["country"] == "86" else f"+{found['country']}{found['phone']}",
                "purePhoneNumber": found["phone"],
                "countryCode": found["country"],
                "watermark": {"timestamp": 1637744274, "appid": appid},
            }
        }

    def oauth_token(self, query):
        """``/sns/oauth2/access_token``"""
        if query.get("appid") not in self.apps:
            raise WechatError(40013)
        if query.get("secret") != self.apps[query["appid"]]:
            raise WechatError(40125)
        found = self._oauth_codes.pop(query.get("code"), None)
        if not found or found["appid"] != query["appid"] or self.clock() - found["made"] > CODE_SECONDS:
            raise WechatError(40029)
        token = secrets.token_hex(40)
        self._grants[token] = found
        answer = {
            "access_token": token,
            "expires_in": TOKEN_SECONDS,
            "refresh_token": secrets.token_hex(40),
            "openid": self.openid(found["user"], found["appid"]),
            "scope": found["scope"],
        }
        if found["snapshot"]:
            answer["is_snapshotuser"] = 1
        elif found["scope"] == "snsapi_userinfo":
            answer["unionid"] = self.unionid(found["user"])
        return answer

    def userinfo(self, query):
        """``/sns/userinfo``"""
        found = self._grants.get(query.get("access_token"))
        if not found or found["scope"] != "snsapi_userinfo":
            raise WechatError(40001)
        if query.get("openid") != self.openid(found["user"], found["appid"]):
            raise WechatError(40003)
        return {
            "openid": query["openid"],
            "nickname": found["user"],
            "sex": 0,
            "headimgurl": f"{self.url}/head.png",
            "privilege": [],
            "unionid": self.unionid(found["user"]),
        }

    # ---- codes and links ---------------------------------------------------------------------------------------------

    def getwxacodeunlimit(self, appid, query, content):
        if not _SCENE.fullmatch(content.get("scene", "")):
            raise WechatError(40169)
        page = content.get("page", "")
        if page.startswith("/") or (content.get("check_path", True) and page and page not in self.pages):
            raise WechatError(41030)
        if not 280 <= content.get("width", 430) <= 1280:
            raise WechatError(40097)
        return _PNG

    def generatescheme(self, appid, query, content):
        self._check_expiry(content)
        wish = content.get("jump_wxa") or {}
        self._check_path(wish.get("path", ""))
        ticket = secrets.token_urlsafe(9)
        return {"openlink": f"weixin://dl/business/?t={ticket}"}

    def generate_urllink(self, appid, query, content):
        self._check_expiry(content)
        self._check_path(content.get("path", ""))
        return {"url_link": f"https://wxaurl.cn/{secrets.token_urlsafe(8)}"}

    def _check_path(self, path):
        if path.strip("/") not in self.pages:
            raise WechatError(41030)

    def _check_expiry(self, content):
        if content.get("expire_type") == 1 and not 1 <= content.get("expire_interval", 0) <= 30:
            raise WechatError(40097)

    # ---- messages and texts ------------------------------------------------------------------------------------------

    def subscribe_send(self, appid, query, content):
        template = self.templates.get(content.get("template_id"))
        if template is None:
            raise WechatError(40037)
        if not str(content.get("touser", "")).startswith("o"):
            raise WechatError(40003)
        if content.get("page", "").split("?")[0].strip("/") not in {*self.pages, ""}:
            raise WechatError(41030)
        data = content.get("data") or {}
        if set(data) != set(template) or not all(
            _FIELDS[name.rstrip(string.digits)](str(value.get("value", ""))) for name, value in data.items()
        ):
            raise WechatError(47003)
        key = (content["touser"], content["template_id"])
        with self._lock:
            if not self.consents.get(key):
                raise WechatError(43101)
            self.consents[key] -= 1
            self.sent.append(content)
        return {"msgid": secrets.randbelow(2**53)}

    def msg_sec_check(self, appid, query, content, raw=b""):
        if content.get("version") != 2 or content.get("scene") not in (1, 2, 3, 4):
            raise WechatError(40097)
        if not 0 < len(content.get("content", "")) <= 2500:
            raise WechatError(40097)
        if content.get("openid") in self.idle:
            raise WechatError(61010)
        self.checked.append(content)
        # Text in \u escapes is not recognised.
        text = content["content"] if b"\\u" not in raw else ""
        suggest, label = (
            ("risky", 20002) if "赌博" in text else ("review", 21000) if "加微信" in text else ("pass", 100)
        )
        return {
            "result": {"suggest": suggest, "label": label},
            "detail": [{"strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90}],
            "trace_id": secrets.token_hex(16),
        }

    # ---- shipping ----------------------------------------------------------------------------------------------------

    def pay_order(self, transaction_id, openid, mchid="1900000001", out_trade_no=""):
        """A paid order, as WeChat Pay tells the platform of it a moment later."""
        order = {"openid": openid, "uploads": 0, "transaction_id": transaction_id}
        self.orders[transaction_id] = self.orders[mchid, out_trade_no] = order

    def upload_shipping_info(self, appid, query, content):
        key = content.get("order_key") or {}
        if key.get("order_number_type") == 2:
            order = self.orders.get(key.get("transaction_id"))
        else:
            order = self.orders.get((key.get("mchid"), key.get("out_trade_no")))
        if not order:
            raise WechatError(10060001)
        parcels = content.get("shipping_list") or []
        if not 1 <= len(parcels) <= 15 or content.get("payer", {}).get("openid") != order["openid"]:
            raise WechatError(40097)
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00", content.get("upload_time", "")):
            raise WechatError(47001)
        for parcel in parcels:
            if not 0 < len(parcel.get("item_desc", "")) <= 120:
                raise WechatError(40097)
            if content["logistics_type"] == 1 and not (parcel.get("tracking_no") and parcel.get("express_company")):
                raise WechatError(10060012)
        if order["uploads"] >= 2:
            raise WechatError(10060002)
        if self.shipped.get(order["transaction_id"]) == content | {"upload_time": None}:
            raise WechatError(10060023)
        order["uploads"] += 1
        self.shipped[order["transaction_id"]] = content | {"upload_time": None}
        return {}

    def routes(self):
        """:return: dict of path -> answer to (app id, query, content)"""
        return {
            "/cgi-bin/ticket/getticket": self.getticket,
            "/cgi-bin/message/subscribe/send": self.subscribe_send,
            "/wxa/business/getuserphonenumber": self.getuserphonenumber,
            "/wxa/getwxacodeunlimit": self.getwxacodeunlimit,
            "/wxa/generatescheme": self.generatescheme,
            "/wxa/generate_urllink": self.generate_urllink,
            "/wxa/msg_sec_check": self.msg_sec_check,
            "/wxa/sec/order/upload_shipping_info": self.upload_shipping_info,
        }
