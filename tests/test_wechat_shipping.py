"""WeChat is told what was handed over for each payment in the mini program: once, when it is so, until it is taken."""

from uuid import uuid4

import pytest

from tests.account import MINIPROGRAM, one_account, open_accounts
from tests.merchant import PROVIDER
from tests.processes import act


@pytest.fixture(scope="module")
def accounts():
    with open_accounts("wechat_shipping") as accounts:
        yield accounts


@pytest.fixture
def account(accounts):
    with one_account(accounts) as account:
        yield account
        # What `order` ties together is no state of the books.
        account.book.write(lambda env: env.cr.execute("UPDATE payment_transaction SET giftcard_redemption_id = NULL"))


def paid(account, known=True, **values):
    """:return: (id of a payment in the mini program that is done, WeChat Pay's number)"""
    partner_id, user = account.member()
    number, openid = uuid4().hex[:28], account.wechat.openid(user, MINIPROGRAM)
    if known:
        account.wechat.pay_order(number, openid)

    def pay(env):
        transaction = env["payment.transaction"].create(
            {
                "provider_id": env.ref(PROVIDER).id,
                "payment_method_id": env.ref("payment.payment_method_wechat_pay").id,
                "amount": 88,
                "currency_id": env.ref("base.CNY").id,
                "partner_id": partner_id,
                "operation": "online_direct",
                "state": "pending",
                "wechatpay_trade_type": "jsapi",
                "wechatpay_appid": MINIPROGRAM,
                "wechat_openid": openid,
                "provider_reference": number,
                **values,
            }
        )
        transaction._set_done()
        return transaction.id

    return account.book.write(pay), number


def tell(account, seconds=3600):
    def run(env):
        env.cr.execute(
            "UPDATE giftcard_wechat_shipping SET due_at = due_at - %s * interval '1 second' WHERE state = 'waiting'",
            [seconds],
        )
        env["giftcard.wechat.shipping"]._cron_send()

    account.book.write(run)


def told(account, transaction_id):
    def read(env):
        shipping = env["giftcard.wechat.shipping"].search([("transaction_id", "=", transaction_id)])
        return [(row.state, row.way or "", row.tries) for row in shipping]

    return account.book.read(read)


def order(account, transaction_id):
    """:return: id of a redemption, still to be reviewed, that this payment is counted as the cash of"""

    def make(env):
        member = env["payment.transaction"].browse(transaction_id).partner_id
        program, store = env.ref("giftcard_points.demo_points_program"), env.ref("giftcard_points.demo_store")
        env["giftcard.ledger"]._grant(act("earn"), member._member_card(program), 10)
        product = env["product.product"].create({"name": "Mug", "type": "consu", "is_storable": True})
        env["stock.quant"].with_context(inventory_mode=True).create(
            {
                "product_id": product.id,
                "location_id": store.warehouse_id.lot_stock_id.id,
                "inventory_quantity": 5,
            }
        ).action_apply_inventory()
        reward = env["giftcard.reward"].create(
            {"product_id": product.id, "program_id": program.id, "points_price": 10, "published": True}
        )
        redemption = env["giftcard.redemption"]._submit(member, store, [(reward, 1)], uuid4().hex)
        # As a payment that redemptions wait for would be, which is tested where they are.
        env.cr.execute(
            "UPDATE payment_transaction SET giftcard_redemption_id = %s WHERE id = %s", [redemption.id, transaction_id]
        )
        return redemption.id

    return account.book.write(make)


def test_a_virtual_good_is_told_of_once(account):
    transaction_id, number = paid(account)
    for __ in range(2):
        tell(account)
    assert told(account, transaction_id) == [("sent", "virtual", 1)]
    content = account.wechat.shipped[number]
    assert content["order_key"] == {"order_number_type": 2, "transaction_id": number}
    assert (content["logistics_type"], content["delivery_mode"], content["is_all_delivered"]) == (3, 1, True)
    assert account.wechat.orders[number]["uploads"] == 1


def test_a_payment_that_wechat_does_not_know_yet(account):
    transaction_id, number = paid(account, known=False)
    openid = account.book.read(lambda env: env["payment.transaction"].browse(transaction_id).wechat_openid)
    for tries in (1, 2):
        tell(account)
        assert told(account, transaction_id) == [("waiting", "virtual", tries)]
    account.wechat.pay_order(number, openid)
    tell(account)
    assert told(account, transaction_id) == [("sent", "virtual", 3)]


def test_a_wechat_that_is_down(account):
    transaction_id, number = paid(account)
    # The line is cut after WeChat has taken it: the second time it is done already.
    account.wechat.fail("/wxa/sec/order/upload_shipping_info", -1, None, 45009)
    for __ in range(4):
        tell(account)
    assert told(account, transaction_id) == [("sent", "virtual", 4)]
    assert account.wechat.orders[number]["uploads"] == 1


def test_what_wechat_has_already_is_done(account):
    transaction_id, number = paid(account)
    account.wechat.orders[number]["uploads"] = 2
    tell(account)
    assert told(account, transaction_id) == [("sent", "virtual", 1)]


def test_what_wechat_refuses_is_for_staff(account):
    transaction_id, __ = paid(account)
    account.wechat.fail("/wxa/sec/order/upload_shipping_info", 10060004)
    tell(account)
    assert told(account, transaction_id)[0][0] == "dead"
    account.book.write(
        lambda env: env["giftcard.wechat.shipping"].search([("transaction_id", "=", transaction_id)]).action_retry()
    )
    tell(account, 0)
    assert told(account, transaction_id) == [("sent", "virtual", 1)]


def test_goods_are_told_of_when_they_are_ready(account):
    transaction_id, number = paid(account)
    redemption_id = order(account, transaction_id)
    for __ in range(3):
        tell(account)
    assert told(account, transaction_id) == [("waiting", "", 0)]
    assert number not in account.wechat.shipped
    account.book.write(lambda env: env["giftcard.redemption"].browse(redemption_id)._approve())
    # Nobody waits until it is looked again.
    tell(account, 0)
    assert told(account, transaction_id) == [("sent", "pickup", 1)]
    assert account.wechat.shipped[number]["logistics_type"] == 4


def test_what_was_cancelled_is_not_told_of(account):
    transaction_id, number = paid(account)
    redemption_id = order(account, transaction_id)
    account.book.write(lambda env: env["giftcard.redemption"].browse(redemption_id)._cancel("No"))
    tell(account)
    assert told(account, transaction_id)[0][0] == "dead"
    assert number not in account.wechat.shipped


def test_what_was_paid_elsewhere_is_not_told_of(account):
    for values in ({"wechatpay_trade_type": "native"}, {"wechatpay_appid": "wx-other"}, {"wechat_openid": False}):
        transaction_id, __ = paid(account, **values)
        assert told(account, transaction_id) == []


def test_two_crons_at_once_tell_once(account):
    __, number = paid(account)
    account.book.write(lambda env: env.cr.execute("UPDATE giftcard_wechat_shipping SET due_at = '2020-01-01'"))
    assert account.book.race(*[cron] * 4) == ["done"] * 4
    assert account.wechat.orders[number]["uploads"] == 1


def cron(env):
    env["giftcard.wechat.shipping"]._cron_send()
