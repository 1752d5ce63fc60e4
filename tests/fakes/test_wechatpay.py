"""The loopback WeChat Pay keeps to the protocol: what it refuses, what it signs, and what it remembers."""

import json
import secrets
import time

import pytest
import requests

from tests.fakes.wechatpay import FakeWechatPay
from tests.fakes.wechatpay_keys import spare_key

ORDER = {
    "description": "Tea",
    "out_trade_no": "order-1",
    "amount": {"total": 100, "currency": "CNY"},
    "notify_url": "http://127.0.0.1:9/notify",
}


@pytest.fixture(params=["public_key", "certificate"])
def pay(request):
    with FakeWechatPay(mode=request.param) as pay:
        yield pay


def call(pay, method, path, content=None, key=None, timestamp=None, **changes):
    """One signed request. :param changes: to the values of the header Authorization"""
    body = json.dumps(content) if content is not None else ""
    values = {
        "mchid": pay.mchid,
        "nonce_str": secrets.token_hex(16),
        "timestamp": str(int(timestamp or time.time())),
        "serial_no": pay.merchant.serial,
    } | changes
    values["signature"] = (key or pay.merchant).sign(method, path, values["timestamp"], values["nonce_str"], body)
    headers = {
        "Authorization": "WECHATPAY2-SHA256-RSA2048 " + ",".join(f'{name}="{value}"' for name, value in values.items()),
        "Accept": "application/json",
        "Content-Type": "application/json",
    }
    if pay.mode == "public_key":
        headers["Wechatpay-Serial"] = pay.platform.public_id
    return requests.request(method, f"{pay.url}{path}", data=body.encode(), headers=headers, timeout=10)


def order(pay, kind="native", **changes):
    return call(
        pay, "POST", f"/v3/pay/transactions/{kind}", {"mchid": pay.mchid, "appid": pay.appid, **ORDER, **changes}
    )


def query(pay):
    return call(pay, "GET", f"/v3/pay/transactions/out-trade-no/order-1?mchid={pay.mchid}")


def test_answers_are_signed(pay):
    taken = order(pay)
    assert taken.json()["code_url"].startswith("weixin://")
    for response in (taken, query(pay), call(pay, "GET", "/v3/pay/transactions/out-trade-no/unknown-1?mchid=x")):
        headers = response.headers
        lines = (headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"], response.text)
        assert pay.platform.verifies(headers["Wechatpay-Signature"], *lines)
        serial = pay.platform.public_id if pay.mode == "public_key" else pay.platform.serial
        assert headers["Wechatpay-Serial"] == serial


@pytest.mark.parametrize(
    "changes",
    [{"key": spare_key()}, {"timestamp": 1}, {"mchid": "1"}, {"serial_no": "1"}],
    ids=["key", "time", "merchant", "serial"],
)
def test_who_asks_is_checked(pay, changes):
    response = call(pay, "POST", "/v3/pay/transactions/native", ORDER, **changes)
    assert (response.status_code, response.json()["code"]) == (401, "SIGN_ERROR")
    assert not pay.orders


def test_orders(pay):
    assert order(pay).status_code == order(pay).status_code == 200, "the same order again"
    assert order(pay, amount={"total": 101}).json()["code"] == "OUT_TRADE_NO_USED"
    for wrong in ({"amount": {"total": 0}}, {"amount": {"total": 1.5}}, {"out_trade_no": "x"}, {"notify_url": "h?x"}):
        assert order(pay, **{"out_trade_no": "order-2", **wrong}).json()["code"] == "PARAM_ERROR"
    assert order(pay, out_trade_no="order-3", appid="wx2").json()["code"] == "APPID_MCHID_NOT_MATCH"
    assert query(pay).json()["trade_state"] == "NOTPAY"
    pay.pay("order-1")
    assert query(pay).json()["trade_state"] == "SUCCESS"
    close = "/v3/pay/transactions/out-trade-no/order-1/close"
    assert call(pay, "POST", close, {"mchid": pay.mchid}).json()["code"] == "ORDERPAID"


def test_faults(pay):
    pay.fail_next("/native")
    assert order(pay).status_code == 500
    assert not pay.orders, "refused without effect"
    pay.lose_next("/native")
    with pytest.raises(requests.ConnectionError):
        order(pay)
    assert pay.orders, "lost, but taken"


def test_certificates(pay):
    response = call(pay, "GET", "/v3/certificates")
    if pay.mode == "public_key":
        assert (response.status_code, response.json()["code"]) == (404, "RESOURCE_NOT_EXISTS")
    else:
        assert [item["serial_no"] for item in response.json()["data"]] == [pay.platform.serial]
