"""What WeChat Pay tells over HTTP: only the true word counts, and it counts once."""

import multiprocessing
import threading
import time

import pytest
import requests

from tests.fakes.wechatpay_keys import encrypt, spare_key
from tests.merchant import PROVIDER, SUB_MCHID, one_merchant, open_merchants


@pytest.fixture(scope="module")
def merchants():
    with open_merchants("wechatpaymessages") as merchants:
        yield merchants


@pytest.fixture(params=[{"mode": "public_key"}, {"mode": "certificate"}, {"partner": True}], ids=str)
def merchant(merchants, request):
    with one_merchant(merchants, **request.param) as merchant:
        yield merchant


def notifications(merchant, reference):
    return merchant.book.read(
        lambda env: [
            (record.state, record.times)
            for record in env["giftcard.wechatpay.notification"].search([("transaction_id.reference", "=", reference)])
        ]
    )


@pytest.fixture
def reference(merchant):
    reference = merchant.payment(order="jsapi")
    merchant.pay.pay(reference)
    return reference


def test_messages_that_are_not_authentic(merchant, reference):
    pay = merchant.pay
    message = pay.paid_message(reference)
    public = pay.mode == "public_key"
    other = encrypt("x" * 32, "{}", "transaction")
    attempts = {
        "signed by somebody else": {"key": spare_key()},
        "signed by somebody else under the right serial": {
            "key": spare_key(),
            "headers": {"Wechatpay-Serial": pay.platform.public_id if public else pay.platform.serial},
        },
        "changed on the way": {"body": message["body"].replace("TRANSACTION.SUCCESS", "TRANSACTION.success")},
        "stale": {"timestamp": time.time() - 330},
        "from the future": {"timestamp": time.time() + 330},
        "time is no number": {"headers": {"Wechatpay-Timestamp": "soon"}},
        "probe": {"headers": {"Wechatpay-Signature": "WECHATPAY/SIGNTEST/aGVsbG8="}},
        "no base64": {"headers": {"Wechatpay-Signature": "§"}},
        "unknown serial": {"headers": {"Wechatpay-Serial": "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"}},
    }
    for header in ("Timestamp", "Nonce", "Signature", "Serial"):
        attempts[f"without {header}"] = {"headers": {f"Wechatpay-{header}": None}}
    for name, attempt in attempts.items():
        if "§" in str(attempt):
            attempt["headers"]["Wechatpay-Signature"] = "%%%"
        response = pay.deliver(message, **attempt)
        assert (response.status_code, response.json()["code"]) == (401, "FAIL"), name
    for body in ("", "[]", "{}", '{"resource": 1}', message["body"].replace('"id"', '"no"')):
        assert pay.deliver({**message, "body": body}).status_code == 401, body
    for resource in (other, {**other, "algorithm": "AES"}, {"ciphertext": "%", "nonce": "1"}, {}):
        forged = pay.message("TRANSACTION.SUCCESS", {}, message["url"], "transaction")
        content = forged["body"][: forged["body"].index('"resource":')]
        forged["body"] = content + f'"resource": {__import__("json").dumps(resource)}}}'
        assert pay.deliver(forged).status_code == 401, resource
    assert merchant.state(reference) == "pending"
    assert notifications(merchant, reference) == []
    assert pay.deliver(message).status_code == 204
    assert merchant.state(reference) == "done"


def test_messages_that_do_not_match(merchant, reference):
    pay, other = merchant.pay, merchant.payment(order="jsapi")
    total = pay.orders[reference]["total"]
    mchid, appid = ("sp_mchid", "sp_appid") if pay.partner else ("mchid", "appid")
    wrong = [
        {mchid: "1900000009"},
        {mchid: None},
        {appid: "wx-other"},
        {"out_trade_no": "nobody-knows-it"},
        {"out_trade_no": None},
        {"out_trade_no": other},
        {"amount": {"total": total - 1, "currency": "CNY"}},
        {"amount": {"total": str(total), "currency": "CNY"}},
        {"amount": {"total": float(total), "currency": "CNY"}},
        {"amount": {"total": total, "currency": "USD"}},
        {"amount": {"total": total}},
        {"amount": None},
        {"amount": []},
    ]
    if pay.partner:
        wrong.append({"sub_mchid": SUB_MCHID[:-1]})
    # The amount of the other order is another.
    merchant.on(other, lambda tx: tx.write({"amount": 1}))
    for changes in wrong:
        response = pay.deliver(pay.paid_message(reference, **changes))
        assert (response.status_code, response.json()["code"]) == (400, "FAIL"), changes
        assert merchant.state(reference) == "pending", changes
    assert merchant.state(other) == "pending"
    refused = merchant.book.read(
        lambda env: env["giftcard.wechatpay.notification"].search([("state", "=", "refused")]).mapped("reason")
    )
    assert len([reason for reason in refused if reason]) >= len(wrong)


def test_messages_to_another_address(merchant, reference):
    message = merchant.pay.paid_message(reference)
    unknown = message["url"].rsplit("/", 1)[0] + "/999999"
    assert merchant.pay.deliver({**message, "url": unknown}).status_code == 401
    merchant.book.write(lambda env: env.ref(PROVIDER).write({"state": "disabled"}))
    assert merchant.pay.deliver(message).status_code == 401
    merchant.book.write(lambda env: env.ref(PROVIDER).write({"state": "test"}))
    assert requests.get(message["url"], timeout=10).status_code in (404, 405)
    assert requests.post(message["url"], data=b"x" * 70000, timeout=10).status_code == 413
    assert merchant.state(reference) == "pending"


def test_duplicates_count_once(merchant, reference):
    message = merchant.pay.paid_message(reference)
    assert merchant.pay.deliver(message).status_code == 204
    before = merchant.read(reference, "last_state_change")
    for __ in range(3):
        assert merchant.pay.deliver(message).status_code == 204
    # The same event under another id, as after WeChat Pay's own recovery.
    assert merchant.pay.deliver(merchant.pay.paid_message(reference)).status_code == 204
    assert merchant.state(reference) == "done"
    assert merchant.read(reference, "last_state_change") == before
    assert sorted(notifications(merchant, reference)) == [("done", 1), ("done", 4)]


def test_what_was_refused_may_come_again_when_it_is_mended(merchant, reference):
    message = merchant.pay.paid_message(reference)
    merchant.on(reference, lambda tx: tx.write({"amount": 1}))
    assert merchant.pay.deliver(message).status_code == 400
    merchant.on(reference, lambda tx: tx.write({"amount": 88}))
    assert merchant.pay.deliver(message).status_code == 204
    assert notifications(merchant, reference) == [("done", 2)]


def test_late_and_reordered_messages_change_nothing(merchant, reference):
    pay = merchant.pay
    early = pay.paid_message(reference, trade_state="NOTPAY")
    closed = pay.paid_message(reference, trade_state="CLOSED")
    failed = pay.paid_message(reference, trade_state="PAYERROR")
    assert pay.deliver(pay.paid_message(reference)).status_code == 204
    refund = merchant.refund(reference, 10)
    merchant.cron()
    processing = pay.refund_message(refund)
    pay.finish_refund(refund)
    assert pay.deliver(pay.refund_message(refund)).status_code == 204
    for message in (early, closed, failed, processing):
        assert pay.deliver(message).status_code == 204
    assert (merchant.state(reference), merchant.state(refund)) == ("done", "done")
    assert merchant.read(reference, "wechatpay_refunded") == 10


def test_refunds_that_do_not_match(merchant, reference):
    pay = merchant.pay
    pay.deliver(pay.paid_message(reference))
    refund = merchant.refund(reference, 10)
    merchant.cron()
    pay.finish_refund(refund)
    good = {"total": 8800, "refund": 1000}
    for changes in (
        {"amount": good | {"refund": 999}},
        {"amount": good | {"total": 8801}},
        {"amount": good | {"currency": "USD"}},
        {"out_trade_no": "another"},
        {"out_refund_no": "another"},
        {"sp_mchid" if pay.partner else "mchid": "1"},
        {"sp_mchid" if pay.partner else "mchid": None},
    ):
        assert pay.deliver(pay.refund_message(refund, **changes)).status_code == 400, changes
    assert merchant.state(refund) == "pending"
    assert pay.deliver(pay.refund_message(refund)).status_code == 204
    assert merchant.state(refund) == "done"


def test_money_that_comes_after_all(merchant, reference):
    """We had given up, but WeChat Pay has the money: that is what counts."""
    merchant.on(reference, lambda tx: tx._set_canceled())
    assert merchant.pay.deliver(merchant.pay.paid_message(reference)).status_code == 204
    assert merchant.state(reference) == "done"


def test_other_events_are_ignored(merchant, reference):
    url = merchant.pay.orders[reference]["notify_url"]
    message = merchant.pay.message("PAYSCORE.USER_OPEN_SERVICE", {"x": 1}, url, "payscore")
    assert merchant.pay.deliver(message).status_code == 204


def test_callback_query_and_close_at_once(merchant, reference):
    """Each of them in a process of its own, the callback five times: one payment, done once."""
    pay = merchant.pay
    merchant.later(reference, 3600)
    message = pay.paid_message(reference)
    statuses = []
    threads = [threading.Thread(target=lambda: statuses.append(pay.deliver(message).status_code)) for __ in range(5)]
    context = multiprocessing.get_context("fork")
    import odoo.sql_db

    odoo.sql_db.close_all()
    crons = [context.Process(target=merchant.cron) for __ in range(2)]
    for each in [*threads, *crons]:
        each.start()
    for each in [*threads, *crons]:
        each.join()
    assert set(statuses) == {204}, statuses
    assert [process.exitcode for process in crons] == [0, 0]
    assert merchant.state(reference) == "done"
    assert pay.orders[reference]["state"] == "SUCCESS"
    assert notifications(merchant, reference) == [("done", 5)]
    assert len(merchant.calls(f"/out-trade-no/{reference}")) <= 1, "one process asks, the other finds it taken"
