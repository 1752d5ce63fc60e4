"""Payments by WeChat Pay, over its own protocol: orders, the till, refunds, keys, and what is lost."""

import json
import re

import pytest

from tests.fakes.wechatpay_keys import PlatformKey
from tests.merchant import PROVIDER, SUB_MCHID, one_merchant, open_merchants


@pytest.fixture(scope="module")
def merchants():
    with open_merchants("wechatpay") as merchants:
        yield merchants


@pytest.fixture
def merchant(merchants):
    with one_merchant(merchants) as merchant:
        yield merchant


@pytest.fixture(params=[{"mode": "public_key"}, {"mode": "certificate"}, {"partner": True}], ids=str)
def any_merchant(merchants, request):
    with one_merchant(merchants, **request.param) as merchant:
        yield merchant


def refusal(function):
    """:return: (class name, WeChat Pay's code, text) of what a call was refused with"""
    from odoo.addons.giftcard_wechat.exceptions import PaymentRefused

    with pytest.raises(PaymentRefused) as caught:
        function()
    return type(caught.value).__name__, caught.value.wechat_code, str(caught.value)


def test_a_payment_in_the_mini_program(any_merchant):
    pay = any_merchant.pay
    reference = any_merchant.payment(88.80)
    assert re.fullmatch(r"[0-9A-Za-z_-]{6,32}", reference)
    parameters = any_merchant.on(reference, lambda tx: tx._wechatpay_pay_parameters("oalice"))

    assert set(parameters) == {"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"}
    signed = [parameters[name] for name in ("appId", "timeStamp", "nonceStr", "package")]
    assert pay.merchant.verifies(parameters["paySign"], *signed)
    body = pay.orders[reference]["body"]
    assert body["amount"] == {"total": 8880, "currency": "CNY"}
    assert body["payer"] == {"sp_openid" if pay.partner else "openid": "oalice"}
    assert body.get("sub_mchid") == (SUB_MCHID if pay.partner else None)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00", body["time_expire"])
    assert any_merchant.state(reference) == "pending"

    pay.pay(reference)
    assert pay.deliver(pay.paid_message(reference)).status_code == 204
    assert any_merchant.state(reference) == "done"
    assert any_merchant.read(reference, "provider_reference") == pay.orders[reference]["transaction_id"]
    assert not any_merchant.read(reference, "wechatpay_due_at")


def test_asking_again_gives_the_same_order(merchant):
    reference = merchant.payment(order="jsapi")
    first, again = (
        merchant.on(reference, lambda tx: tx._wechatpay_pay_parameters("oalice")["package"]) for __ in range(2)
    )
    assert first == again
    assert len(merchant.calls("/jsapi")) == 1
    # After two hours WeChat Pay wants the very same order once more.
    merchant.on(reference, lambda tx: tx.write({"wechatpay_handle": False}))
    assert merchant.on(reference, lambda tx: tx._wechatpay_pay_parameters("oalice")["package"]) == first
    assert len(merchant.calls("/jsapi")) == 2
    assert refusal(lambda: merchant.on(reference, lambda tx: tx._wechatpay_code_url()))[0] == "PaymentRefused"


def test_a_qr_code(any_merchant):
    reference = any_merchant.payment()
    assert any_merchant.on(reference, lambda tx: tx._wechatpay_code_url()).startswith("weixin://wxpay/")
    any_merchant.pay.pay(reference)
    any_merchant.on(reference, lambda tx: tx.action_wechatpay_ask())
    assert any_merchant.state(reference) == "done"


def test_a_lost_answer_to_an_order_is_no_loss(merchant):
    reference = merchant.payment()
    merchant.pay.lose_next("/jsapi")
    kind, __, __ = refusal(lambda: merchant.on(reference, lambda tx: tx._wechatpay_pay_parameters("oalice")))
    assert kind == "PaymentUnavailable"
    # Its time to pay was not stored, so it is another order to WeChat Pay: the customer begins anew.
    assert merchant.state(reference) == "draft"


def test_an_answer_that_somebody_else_signed(merchant):
    reference = merchant.payment()
    merchant.pay.forge_next("/native")
    kind, __, text = refusal(lambda: merchant.on(reference, lambda tx: tx._wechatpay_code_url()))
    assert (kind, text) == ("PaymentUnavailable", "The answer was not signed by WeChat Pay.")
    assert merchant.state(reference) == "draft"


def test_a_lost_notification_is_asked_for(any_merchant):
    reference = any_merchant.payment(order="jsapi")
    any_merchant.pay.pay(reference)
    any_merchant.cron()
    assert any_merchant.state(reference) == "pending", "nothing is due yet"
    any_merchant.later(reference, 60)
    any_merchant.cron()
    assert any_merchant.state(reference) == "done"


def test_what_is_not_paid_in_time_is_closed(any_merchant):
    reference = any_merchant.payment(order="native")
    any_merchant.later(reference, 60)
    any_merchant.cron()
    assert any_merchant.state(reference) == "pending"
    any_merchant.later(reference, 3600)
    any_merchant.cron()
    assert any_merchant.state(reference) == "cancel"
    assert any_merchant.pay.orders[reference]["state"] == "CLOSED"
    assert refusal(lambda: any_merchant.on(reference, lambda tx: tx._wechatpay_code_url()))[0] == "PaymentRefused"


def test_cancelling_closes_but_takes_what_was_paid(merchant):
    paid, unpaid, never_sent = merchant.payment(order="jsapi"), merchant.payment(order="jsapi"), merchant.payment()
    merchant.pay.pay(paid)
    for reference in (paid, unpaid, never_sent):
        merchant.on(reference, lambda tx: tx._wechatpay_cancel())
    assert merchant.state(never_sent) == "cancel"
    merchant.cron()
    # WeChat Pay closes orders after five minutes only.
    assert (merchant.state(paid), merchant.state(unpaid)) == ("done", "pending")
    merchant.later(unpaid, 301)
    merchant.cron()
    assert (merchant.state(unpaid), merchant.pay.orders[unpaid]["state"]) == ("cancel", "CLOSED")


def test_paid_between_query_and_close(merchant):
    reference = merchant.payment(order="jsapi")
    merchant.later(reference, 3600)
    # The query says that nothing was paid, the customer pays, and closing is refused.
    merchant.pay.fail_next("/close", 400, "ORDERPAID")
    merchant.cron()
    assert merchant.state(reference) == "pending"
    merchant.pay.pay(reference)
    merchant.later(reference, 3600)
    merchant.cron()
    assert merchant.state(reference) == "done"


# ---- the till ------------------------------------------------------------------------------------------------------


def charge(merchant, auth_code, lose=False):
    reference = merchant.payment(9.9)
    merchant.on(reference, lambda tx: tx._wechatpay_till_begin())
    if lose:
        merchant.pay.lose_next("/codepay")
    merchant.on(reference, lambda tx: tx._wechatpay_till_charge(auth_code, "S1"))
    return reference


def test_the_till_charges_at_once(any_merchant):
    reference = charge(any_merchant, any_merchant.pay.auth_code())
    assert any_merchant.state(reference) == "done"
    assert any_merchant.pay.orders[reference]["body"]["scene_info"] == {"store_info": {"out_id": "S1"}}


def test_the_till_waits_for_a_password(merchant):
    reference = charge(merchant, merchant.pay.auth_code(needs_password=True))
    assert merchant.state(reference) == "pending"
    merchant.pay.pay(reference)
    merchant.on(reference, lambda tx: tx.action_wechatpay_ask())
    assert merchant.state(reference) == "done"


def test_the_till_reverses_what_takes_too_long(any_merchant):
    reference = charge(any_merchant, any_merchant.pay.auth_code(needs_password=True))
    any_merchant.later(reference, 60)
    any_merchant.cron()
    assert any_merchant.state(reference) == "cancel"
    assert any_merchant.pay.orders[reference]["state"] == "REVOKED"


def test_a_lost_answer_at_the_till_is_asked_for(merchant):
    reference = charge(merchant, merchant.pay.auth_code(), lose=True)
    assert merchant.state(reference) == "pending"
    merchant.later(reference, 60)
    merchant.cron()
    assert merchant.state(reference) == "done"
    assert len(merchant.calls("/codepay")) == 1


def test_what_the_till_gave_up_goes_back(merchant):
    reference = charge(merchant, merchant.pay.auth_code(needs_password=True))
    merchant.on(reference, lambda tx: tx._wechatpay_cancel())
    merchant.pay.pay(reference)
    merchant.later(reference, 16)
    merchant.cron()
    assert merchant.state(reference) == "cancel"
    assert merchant.pay.orders[reference]["reversed"]


def test_a_password_typed_while_it_is_reversed(merchant):
    """The query has said "not yet", the customer pays, the till asks, and the order is reversed: it was not paid."""
    reference = charge(merchant, merchant.pay.auth_code(needs_password=True))
    seen, reverse = [], merchant.pay.reverse

    def typed(number, body):
        merchant.pay.pay(number)
        merchant.on(number, lambda tx: tx.action_wechatpay_ask())
        seen.append(merchant.state(number))
        return reverse(number, body)

    merchant.pay.reverse = typed
    merchant.later(reference, 60)
    merchant.cron()
    assert (seen, merchant.state(reference)) == (["pending"], "cancel")
    assert merchant.pay.orders[reference]["reversed"]
    assert not merchant.pay.refunds, "what is reversed is not refunded too"


def test_asked_for_again_after_it_was_given_up(merchant):
    reference = charge(merchant, merchant.pay.auth_code(needs_password=True))
    merchant.on(reference, lambda tx: tx._wechatpay_cancel())
    merchant.pay.pay(reference)
    merchant.on(reference, lambda tx: tx.action_wechatpay_ask())
    assert merchant.state(reference) == "pending"
    merchant.later(reference, 16)
    merchant.cron()
    assert merchant.state(reference) == "cancel"
    assert merchant.pay.orders[reference]["reversed"]


def test_a_charge_on_its_way_is_waited_for(merchant):
    """WeChat Pay does not know the order when the clerk gives up: it is not closed before it cannot come any more."""
    late, never = (merchant.payment(9.9) for __ in range(2))
    for reference in (late, never):
        merchant.on(reference, lambda tx: (tx._wechatpay_till_begin(), tx._wechatpay_cancel()))
        merchant.later(reference, 16)
    merchant.cron()
    assert (merchant.state(late), merchant.state(never)) == ("pending", "pending")
    order = merchant.on(late, lambda tx: tx._wechatpay_content(tx.wechatpay_appid))
    merchant.pay.order("CODEPAY", order | {"payer": {"auth_code": merchant.pay.auth_code()}})
    for reference in (late, never):
        merchant.later(reference, 60)
    merchant.cron()
    assert (merchant.state(late), merchant.state(never)) == ("cancel", "cancel")
    assert merchant.pay.orders[late]["reversed"]
    assert len(merchant.calls("/reverse")) == 1


def test_charging_again_after_a_conflict_finds_the_first_charge(merchant):
    code = merchant.pay.auth_code()
    reference = charge(merchant, code, lose=True)
    merchant.on(reference, lambda tx: tx._wechatpay_till_charge(code, "S1"))
    assert merchant.state(reference) == "done"


def test_codes_that_are_none(merchant):
    for code in ("", "123", "281234567890123456", "13123456789012345x", "1312345678901234567"):
        kind, __, __ = refusal(lambda code=code: charge(merchant, code))
        assert kind == "PaymentRefused"
    assert not merchant.calls("/codepay")
    used = merchant.pay.auth_code()
    charge(merchant, used)
    reference = charge(merchant, used)
    assert merchant.state(reference) == "error"
    assert "AUTH_CODE_INVALID" in merchant.read(reference, "state_message")


# ---- refunds -------------------------------------------------------------------------------------------------------


def test_refunds_in_parts(any_merchant):
    reference = any_merchant.paid(88.8)
    first, second = any_merchant.refund(reference, 30), any_merchant.refund(reference, 58.8)
    assert not any_merchant.calls("/refund/"), "nothing is sent by the transaction of the document"
    kind, __, __ = refusal(lambda: any_merchant.refund(reference, 0.01))
    assert kind == "PaymentRefused"

    any_merchant.cron()
    assert set(any_merchant.pay.refunds) == {first}, "two parts of a payment are a minute apart"
    assert any_merchant.state(first) == "pending", "accepted is not paid out"
    any_merchant.later(second, 62)
    any_merchant.cron()
    assert [any_merchant.pay.refunds[number]["refund"] for number in (first, second)] == [3000, 5880]

    any_merchant.pay.finish_refund(first)
    assert any_merchant.pay.deliver(any_merchant.pay.refund_message(first)).status_code == 204
    any_merchant.pay.finish_refund(second)
    any_merchant.later(second, 3600)
    any_merchant.cron()
    assert [any_merchant.state(number) for number in (first, second)] == ["done", "done"]
    assert any_merchant.read(reference, "wechatpay_refunded") == 88.8


def test_a_lost_answer_to_a_refund_refunds_once(merchant):
    reference = merchant.paid()
    refund = merchant.refund(reference, 20)
    merchant.pay.lose_next("/refunds")
    merchant.cron()
    assert merchant.state(refund) == "pending"
    merchant.later(refund, 3600)
    merchant.cron()
    assert len(merchant.calls("/refunds")) == 2
    assert list(merchant.pay.refunds) == [refund]


def test_a_refused_query_says_nothing_of_a_refund(merchant):
    reference = merchant.paid()
    refund = merchant.refund(reference, 20)
    merchant.cron()
    for status, code in ((429, "FREQUENCY_LIMITED"), (401, "SIGN_ERROR"), (403, "NO_AUTH")):
        merchant.pay.fail_next("/refunds", status, code)
        merchant.later(refund, 3600)
        merchant.cron()
        assert merchant.state(refund) == "pending"
        assert merchant.read(reference, "wechatpay_refunded") == 20
    merchant.pay.finish_refund(refund)
    merchant.later(refund, 3600)
    merchant.cron()
    assert merchant.state(refund) == "done"


def test_a_refused_repetition_of_a_refund_that_was_taken(merchant):
    reference = merchant.paid()
    refund = merchant.refund(reference, 20)
    merchant.pay.lose_next("/refunds")
    merchant.cron()
    merchant.pay.fail_next("/refunds", 400, "INVALID_REQUEST")
    merchant.later(refund, 3600)
    merchant.cron()
    assert merchant.state(refund) == "pending"
    assert merchant.read(reference, "wechatpay_refunded") == 20


@pytest.mark.parametrize(("status", "left"), [("CLOSED", 0), ("ABNORMAL", 20)])
def test_a_refund_that_fails(merchant, status, left):
    reference = merchant.paid()
    refund = merchant.refund(reference, 20)
    merchant.cron()
    merchant.pay.finish_refund(refund, status)
    message = merchant.pay.refund_message(refund)
    for __ in range(2):
        assert merchant.pay.deliver(message).status_code == 204
    assert merchant.state(refund) == "error"
    # What WeChat Pay closed may be refunded again; what a bank would not take is for people to sort out.
    assert merchant.read(reference, "wechatpay_refunded") == left


def test_a_refund_that_wechat_pay_will_not_make(merchant):
    reference = merchant.paid()
    refund = merchant.refund(reference, 20)
    merchant.pay.fail_next("/refunds", 403, "NOT_ENOUGH")
    merchant.cron()
    assert merchant.state(refund) == "pending", "the merchant's account is filled up, and it is sent again"
    merchant.pay.fail_next("/refunds", 400, "INVALID_REQUEST")
    merchant.later(refund, 3600)
    merchant.cron()
    assert merchant.state(refund) == "error"
    assert merchant.read(reference, "wechatpay_refunded") == 0


def test_a_rollback_takes_the_refund_along(merchant):
    reference = merchant.paid()

    def fail(tx):
        tx._refund(20)
        raise RuntimeError("the document could not be cancelled")

    with pytest.raises(RuntimeError):
        merchant.on(reference, fail)
    merchant.cron()
    assert not merchant.pay.refunds
    assert not merchant.read(reference, "wechatpay_refunded")


def test_refunds_at_once_never_exceed_the_payment(merchant):
    reference = merchant.paid(100)

    def refund(env):
        from odoo.addons.giftcard_points.exceptions import LedgerError
        from odoo.addons.giftcard_wechat.exceptions import PaymentRefused

        try:
            env["payment.transaction"].search([("reference", "=", reference)])._refund(60)
        except PaymentRefused as error:
            raise LedgerError(str(error)) from None

    answers = merchant.book.race(refund, refund, refund)
    assert sorted(answers)[:1] == ["done"], answers
    assert answers.count("done") == 1, answers
    assert merchant.read(reference, "wechatpay_refunded") == 60


# ---- keys, connection, circuit -------------------------------------------------------------------------------------


def test_connection(any_merchant):
    def test(**changes):
        def run(env):
            provider = env.ref(PROVIDER)
            provider.write(changes)
            answer = provider.action_wechatpay_test()
            env.cr.rollback()
            return answer["params"]["type"]

        return any_merchant.book.write(run)

    assert test() == "success"
    wrong = {"wechatpay_private_key": PlatformKey().private}
    assert refusal(lambda: test(**wrong))[1] == "SIGN_ERROR"
    assert refusal(lambda: test(wechatpay_mchid="1900000002"))[1] == "SIGN_ERROR"
    assert refusal(lambda: test(wechatpay_api_url="http://127.0.0.1:9"))[0] == "PaymentUnavailable"
    any_merchant.pay.forge_next("/out-trade-no/")
    assert refusal(lambda: test())[0] == "PaymentUnavailable"


def test_a_wrong_api_v3_key_shows_with_certificates(merchants):
    with one_merchant(merchants, mode="certificate") as merchant:

        def test(env):
            provider = env.ref(PROVIDER)
            provider.wechatpay_apiv3_key = "x" * 32
            provider.action_wechatpay_test()

        assert refusal(lambda: merchant.book.write(test))[0] == "PaymentUnavailable"


@pytest.mark.parametrize("mode", ["public_key", "certificate"])
def test_keys_are_rotated(merchants, mode):
    with one_merchant(merchants, mode=mode) as merchant:
        pay = merchant.pay
        references = [merchant.payment(order="jsapi") for __ in range(3)]
        for reference in references:
            pay.pay(reference)
        old = pay.platform
        pay.platforms.append(PlatformKey())
        message = pay.paid_message(references[0])
        assert pay.deliver(message).status_code == 401, "nobody has said that this key is WeChat Pay's"
        assert not merchant.calls("/v3/certificates")[1:], "an unknown serial makes us ask nobody"

        def add(env):
            provider = env.ref(PROVIDER)
            if mode == "certificate":
                env["payment.provider"]._cron_wechatpay_certificates()
            else:
                key = {"serial": pay.platform.public_id, "pem": pay.platform.public.replace("\n", "\r\n")}
                provider.write({"wechatpay_key_ids": [(0, 0, key)]})

        merchant.book.write(add)
        assert pay.deliver(message).status_code == 204
        assert pay.deliver(pay.paid_message(references[1]), key=old).status_code == 204, "both are good for a time"
        merchant.book.write(
            lambda env: (
                env["giftcard.wechatpay.key"]
                .search([("serial", "in", [old.serial, old.public_id])])
                .write({"active": False})
            )
        )
        assert pay.deliver(pay.paid_message(references[2]), key=old).status_code == 401
        assert [merchant.state(reference) for reference in references] == ["done", "done", "pending"]
        merchant.on(references[2], lambda tx: tx.action_wechatpay_ask())
        assert merchant.state(references[2]) == "done"


def test_nobody_waits_for_a_service_that_is_down(merchant):
    references = [merchant.payment() for __ in range(7)]
    merchant.pay.fail_next("/native", times=5)
    kinds = [
        refusal(lambda reference=reference: merchant.on(reference, lambda tx: tx._wechatpay_code_url()))[0]
        for reference in references[:6]
    ]
    assert kinds == ["PaymentUnavailable"] * 5 + ["CallsPaused"]
    assert len(merchant.calls("/native")) == 5, "the sixth was not sent"
    merchant.book.write(lambda env: env["giftcard.circuit"].search([]).write({"open_until": "2020-01-01"}))
    assert merchant.on(references[6], lambda tx: tx._wechatpay_code_url())
    assert not merchant.book.read(lambda env: env["giftcard.circuit"].search_count([]))


def test_nothing_is_called_with_value_locked(merchant):
    reference = merchant.payment()

    def order(tx):
        tx.env.cr.execute("UPDATE loyalty_card SET version = version WHERE id = (SELECT min(id) FROM loyalty_card)")
        tx._wechatpay_code_url()

    with pytest.raises(RuntimeError, match="loyalty_card"):
        merchant.on(reference, order)
    assert not merchant.calls("/native")


def test_refusals_are_no_failures(merchant):
    for __ in range(6):
        reference = merchant.payment()
        merchant.pay.fail_next("/native", 403, "NO_AUTH")
        assert refusal(lambda r=reference: merchant.on(r, lambda tx: tx._wechatpay_code_url()))[1] == "NO_AUTH"
    assert merchant.on(merchant.payment(), lambda tx: tx._wechatpay_code_url())


def test_secrets_are_not_logged(merchant, caplog):
    caplog.set_level("DEBUG")
    code = merchant.pay.auth_code()
    charge(merchant, code)
    merchant.payment(order="jsapi")
    for secret in (code, "oalice", merchant.pay.apiv3_key, merchant.pay.merchant.private):
        assert secret not in caplog.text
    assert json.dumps(merchant.pay.orders, default=str)
