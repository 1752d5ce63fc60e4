"""WeChat Pay on loopback, speaking API v3: orders of the mini program, by QR code and at the till, refunds, bills.

It checks each request's signature, signs each answer, encrypts what it notifies, and keeps the rules that a client
meets: numbers are used once, a closed order is not paid, no more is refunded than was paid. What the customer's phone
does is asked by methods, or over ``POST /control/pay`` with ``{"out_trade_no": ...}`` from another process.

    with FakeWechatPay() as pay:
        pay.pay("order-1"); pay.deliver(pay.paid_message("order-1"))
"""

import argparse
import itertools
import json
import secrets
import threading
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer

import requests

from tests.fakes.wechatpay_bill import BEIJING, Bills
from tests.fakes.wechatpay_http import WechatPayError, handler_of
from tests.fakes.wechatpay_keys import PlatformKey, encrypt

MCHID = "1900000001"
APPID = "wx00000000000demo0"
APIV3_KEY = "demo-api-v3-key-of-32-characters"
PUBLIC_KEY, CERTIFICATE = "public_key", "certificate"


class FakeWechatPay(Bills):
    """The fake, serving in a thread as a context manager.

    :param mode: "public_key" for a merchant of today, "certificate" for an older one
    :param partner: whether the merchant is a service provider that acts for others
    """

    def __init__(self, port=0, mode=PUBLIC_KEY, partner=False):
        self.mchid, self.appid, self.apiv3_key = MCHID, APPID, APIV3_KEY
        self.mode, self.partner = mode, partner
        self.merchant = PlatformKey("merchant")
        self.platforms = [PlatformKey()]
        self.requests = []
        self.orders, self.refunds, self.codes = {}, {}, {}
        self.lock = threading.RLock()
        self.faults = []
        self._numbers = itertools.count(1)
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler_of(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, name="fake-wechatpay", daemon=True).start()
        return self

    def __exit__(self, *exc_info):
        self._server.shutdown()
        self._server.server_close()

    def serve_forever(self):
        self._server.serve_forever()

    # ---- what the merchant knows -------------------------------------------------------------------------------------

    @property
    def platform(self):
        return self.platforms[-1]

    def provider_values(self):
        """:return: values of a payment provider for this WeChat Pay"""
        values = {
            "wechatpay_mchid": self.mchid,
            "wechatpay_appid": self.appid,
            "wechatpay_serial_no": self.merchant.serial,
            "wechatpay_private_key": self.merchant.private,
            "wechatpay_apiv3_key": self.apiv3_key,
            "wechatpay_key_mode": self.mode,
            "wechatpay_partner_mode": self.partner,
            "wechatpay_api_url": self.url,
        }
        if self.mode == PUBLIC_KEY:
            key = {"serial": self.platform.public_id, "pem": self.platform.public}
            values["wechatpay_key_ids"] = [(5, 0, 0), (0, 0, key)]
        return values

    # ---- faults ------------------------------------------------------------------------------------------------------

    def fail_next(self, path, status=500, code="SYSTEM_ERROR", times=1):
        """Let the next calls whose path contains ``path`` be refused, without effect."""
        self.faults += [("refuse", path, status, code)] * times

    def lose_next(self, path, times=1):
        """Let the next calls take effect, but their answers be lost on the way."""
        self.faults += [("lose", path, 0, "")] * times

    def forge_next(self, path):
        """Let the next answer be signed by somebody else."""
        self.faults.append(("forge", path, 0, ""))

    def fault_of(self, path):
        with self.lock:
            for fault in self.faults:
                if fault[1] in path:
                    self.faults.remove(fault)
                    return fault
        return None

    # ---- what customers do -------------------------------------------------------------------------------------------

    def pay(self, out_trade_no, user="alice"):
        """The customer pays an order in the mini program or after scanning its QR code."""
        with self.lock:
            order = self.orders[out_trade_no]
            if order["state"] not in ("NOTPAY", "USERPAYING"):
                raise WechatPayError(400, "ORDER_CLOSED", "the order cannot be paid")
            order.update(
                state="SUCCESS",
                transaction_id=f"42000{next(self._numbers):023d}",
                success_time=datetime.now(BEIJING),
                openid=order["openid"] or f"o{user}",
            )

    def auth_code(self, needs_password=False):
        """:return: a payment code of a customer: 18 digits, good once"""
        with self.lock:
            code = f"13{secrets.randbelow(10**16):016d}"
            self.codes[code] = needs_password
        return code

    # ---- interface: orders -------------------------------------------------------------------------------------------

    def order(self, trade_type, body):
        """Take an order, or the same order again.

        :return: dict, the answer
        """
        self._check_merchant(body, appid=True)
        number = body.get("out_trade_no")
        total = (body.get("amount") or {}).get("total")
        if not (isinstance(number, str) and 6 <= len(number) <= 32 and body.get("description")):
            raise WechatPayError(400, "PARAM_ERROR", "out_trade_no and description are needed")
        if not isinstance(total, int) or total < 1 or body["amount"].get("currency", "CNY") != "CNY":
            raise WechatPayError(400, "PARAM_ERROR", "amount.total is fen")
        payer = body.get("payer") or {}
        openid = payer.get("openid") or payer.get("sp_openid") or payer.get("sub_openid")
        if trade_type == "JSAPI" and not openid:
            raise WechatPayError(400, "PARAM_ERROR", "payer.openid is needed")
        notify_url = body.get("notify_url")
        if trade_type != "CODEPAY" and (not notify_url or "?" in notify_url):
            raise WechatPayError(400, "PARAM_ERROR", "notify_url is needed, without a query")
        with self.lock:
            order = self.orders.get(number)
            if order:
                if order["state"] == "SUCCESS":
                    raise WechatPayError(400, "ORDERPAID", "the order is paid")
                if trade_type == "CODEPAY" or order["state"] != "NOTPAY" or order["body"] != body:
                    raise WechatPayError(403, "OUT_TRADE_NO_USED", "the number was used")
            else:
                order = self.orders[number] = {
                    "number": number,
                    "type": {"CODEPAY": "MICROPAY"}.get(trade_type, trade_type),
                    "state": "NOTPAY",
                    "body": body,
                    "total": total,
                    "openid": openid,
                    "notify_url": notify_url,
                    "sub_mchid": body.get("sub_mchid"),
                    "handle": secrets.token_hex(14),
                }
            if trade_type == "CODEPAY":
                return self._charge(order, payer.get("auth_code"))
        if trade_type == "NATIVE":
            return {"code_url": f"weixin://wxpay/bizpayurl?pr={order['handle'][:9]}"}
        return {"prepay_id": f"wx{order['handle']}"}

    def _charge(self, order, code):
        if code not in self.codes:
            del self.orders[order["number"]]
            raise WechatPayError(400, "AUTH_CODE_INVALID", "付款码无效，请重新扫码")
        if self.codes.pop(code):
            order["state"] = "USERPAYING"
            return {"trade_state": "USERPAYING"}
        self.pay(order["number"])
        return self.transaction(order)

    def query(self, number, query):
        self._check_merchant(query)
        order = self._find(number)
        if order["state"] == "SUCCESS" and any(refund["order"] is order for refund in self.refunds.values()):
            return self.transaction(order) | {"trade_state": "REFUND"}
        return self.transaction(order)

    def close(self, number, body):
        self._check_merchant(body)
        with self.lock:
            order = self._find(number)
            if order["state"] == "SUCCESS":
                raise WechatPayError(400, "ORDERPAID", "the order is paid")
            order["state"] = "CLOSED"
        return None

    def reverse(self, number, body):
        self._check_merchant(body)
        with self.lock:
            order = self._find(number)
            order["reversed"] = order["state"] == "SUCCESS"
            order["state"] = "REVOKED"
        return None

    def transaction(self, order):
        """:return: the order as queries, codepay and notifications show it"""
        body = order["body"]
        names = ("sp_appid", "sp_mchid", "sub_appid", "sub_mchid") if self.partner else ("appid", "mchid")
        answer = {name: body[name] for name in names if name in body}
        answer |= {"out_trade_no": order["number"], "trade_type": order["type"], "trade_state": order["state"]}
        answer["trade_state_desc"] = {"SUCCESS": "支付成功", "NOTPAY": "订单未支付"}.get(order["state"], order["state"])
        if order.get("transaction_id"):
            answer |= {
                "transaction_id": order["transaction_id"],
                "bank_type": "OTHERS",
                "attach": "",
                "success_time": order["success_time"].isoformat(timespec="seconds"),
                "payer": {"sp_openid" if self.partner else "openid": order["openid"]},
            }
        answer["amount"] = {
            "total": order["total"],
            "payer_total": order["total"],
            "currency": "CNY",
            "payer_currency": "CNY",
        }
        return answer

    def _find(self, number):
        if number not in self.orders:
            raise WechatPayError(404, "ORDER_NOT_EXIST", "订单不存在")
        return self.orders[number]

    def _check_merchant(self, values, appid=False):
        prefix = "sp_" if self.partner else ""
        if values.get(f"{prefix}mchid") != self.mchid or (self.partner and not values.get("sub_mchid")):
            raise WechatPayError(400, "PARAM_ERROR", "the merchant is not the one that signs")
        if appid and values.get(f"{prefix}appid") != self.appid:
            raise WechatPayError(400, "APPID_MCHID_NOT_MATCH", "appid and mchid do not match")

    # ---- interface: refunds ------------------------------------------------------------------------------------------

    def refund(self, body):
        number, amount = body.get("out_refund_no"), body.get("amount") or {}
        if self.partner and not body.get("sub_mchid"):
            raise WechatPayError(400, "PARAM_ERROR", "sub_mchid is needed")
        with self.lock:
            order = next(
                (
                    order
                    for order in self.orders.values()
                    if order["number"] == body.get("out_trade_no")
                    or (order.get("transaction_id") and order["transaction_id"] == body.get("transaction_id"))
                ),
                None,
            )
            if not order or order["state"] != "SUCCESS":
                raise WechatPayError(404, "RESOURCE_NOT_EXISTS", "订单不存在")
            if number in self.refunds:
                if self.refunds[number]["body"] != body:
                    raise WechatPayError(400, "PARAM_ERROR", "订单参数不一致")
                return self.refund_answer(self.refunds[number])
            taken = sum(
                refund["refund"]
                for refund in self.refunds.values()
                if refund["order"] is order and refund["status"] != "CLOSED"
            )
            if amount.get("total") != order["total"] or not 0 < amount.get("refund", 0) <= order["total"] - taken:
                raise WechatPayError(403, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致")
            self.refunds[number] = {
                "number": number,
                "body": body,
                "order": order,
                "refund": amount["refund"],
                "status": "PROCESSING",
                "refund_id": f"50300{next(self._numbers):023d}",
                "notify_url": body.get("notify_url"),
                "created": datetime.now(BEIJING),
            }
            return self.refund_answer(self.refunds[number])

    def query_refund(self, number):
        if number not in self.refunds:
            raise WechatPayError(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
        return self.refund_answer(self.refunds[number])

    def finish_refund(self, number, status="SUCCESS"):
        """The bank takes a refund, or does not: ``CLOSED``, ``ABNORMAL``."""
        self.refunds[number].update(status=status, success_time=datetime.now(BEIJING))

    def refund_answer(self, refund, notified=False):
        order = refund["order"]
        answer = {
            "refund_id": refund["refund_id"],
            "out_refund_no": refund["number"],
            "transaction_id": order["transaction_id"],
            "out_trade_no": order["number"],
            "user_received_account": "支付用户零钱",
            "amount": {
                "total": order["total"],
                "refund": refund["refund"],
                "payer_total": order["total"],
                "payer_refund": refund["refund"],
            },
            "refund_status" if notified else "status": refund["status"],
        }
        if refund.get("success_time"):
            answer["success_time"] = refund["success_time"].isoformat(timespec="seconds")
        if notified:
            answer["sp_mchid" if self.partner else "mchid"] = self.mchid
            if self.partner:
                answer["sub_mchid"] = order["sub_mchid"]
        else:
            answer["channel"] = "ORIGINAL"
            answer["create_time"] = refund["created"].isoformat(timespec="seconds")
            answer["amount"] |= {"settlement_refund": refund["refund"], "discount_refund": 0, "currency": "CNY"}
        return answer

    # ---- interface: certificates -------------------------------------------------------------------------------------

    def certificates(self):
        if self.mode == PUBLIC_KEY:
            raise WechatPayError(
                404, "RESOURCE_NOT_EXISTS", "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥"
            )
        return {
            "data": [
                {
                    "serial_no": platform.serial,
                    "effective_time": platform.since.isoformat(),
                    "expire_time": platform.until.isoformat(),
                    "encrypt_certificate": encrypt(self.apiv3_key, platform.certificate, "certificate"),
                }
                for platform in self.platforms
            ]
        }

    # ---- notifications -----------------------------------------------------------------------------------------------

    def paid_message(self, number, **changes):
        """:return: message of a paid order, with changes to its content"""
        order = self.orders[number]
        return self.message(
            "TRANSACTION.SUCCESS", self.transaction(order) | changes, order["notify_url"], "transaction"
        )

    def refund_message(self, number, **changes):
        refund = self.refunds[number]
        content = self.refund_answer(refund, notified=True) | changes
        return self.message(f"REFUND.{refund['status']}", content, refund["notify_url"], "refund")

    def message(self, event_type, content, url, original_type):
        """:return: dict of ``url``, ``body`` and ``id`` of a notification that was not sent yet"""
        number = secrets.token_hex(16)
        resource = encrypt(self.apiv3_key, json.dumps(content, ensure_ascii=False), original_type)
        body = {
            "id": number,
            "create_time": datetime.now(BEIJING).isoformat(timespec="seconds"),
            "resource_type": "encrypt-resource",
            "event_type": event_type,
            "summary": "支付成功",
            "resource": {"original_type": original_type, **resource},
        }
        return {"id": number, "url": url, "body": json.dumps(body, ensure_ascii=False)}

    def deliver(self, message, key=None, timestamp=None, headers=None, body=None):
        """Send a notification as WeChat Pay does.

        :param key: who signs; by default WeChat Pay
        :param headers: to be sent in place of the right ones; None for one that is left out
        :param body: what is sent in place of what was signed
        :return: ``requests.Response``
        """
        signed = (key or self.platform).headers(message["body"], self.mode == PUBLIC_KEY, timestamp)
        sent = {name: value for name, value in (signed | (headers or {})).items() if value is not None}
        return requests.post(
            message["url"],
            data=(message["body"] if body is None else body).encode(),
            headers={"Content-Type": "application/json", **sent},
            timeout=30,
        )


def main():
    parser = argparse.ArgumentParser(description="WeChat Pay on loopback")
    parser.add_argument("--port", type=int, default=8099)
    pay = FakeWechatPay(parser.parse_args().port)
    print(json.dumps({"at": datetime.now(UTC).isoformat(), **pay.provider_values()}, indent=1), flush=True)
    pay.serve_forever()


if __name__ == "__main__":
    main()
