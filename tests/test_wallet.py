"""Members pay by WeChat Pay over its own protocol: top up, pay a store by card and provider, and get it back."""

import threading
from contextlib import contextmanager

import pytest

from demo.member import Member, Problem
from demo.odoo import Odoo
from suite import harness
from tests.fakes.wechat import FakeWechat
from tests.fakes.wechatpay import FakeWechatPay
from tests.merchant import PROVIDER, Merchant
from tests.processes import Book


class Counter:
    """A shop that sells in yuan, with members' phones, WeChat and WeChat Pay."""

    def __init__(self, url, book, pay, wechat):
        self.url = url
        self.book = book
        self.pay = pay
        self.wechat = wechat
        self.merchant = Merchant(book, pay)
        self.store_id = book.read(lambda env: env.ref("giftcard_points.demo_store").id)

    def member(self, user):
        member = Member(self.url)
        member.login(self.wechat.code_for(user))
        return member

    def paid(self, member, payment, times=1):
        """The member pays, and WeChat Pay tells it so many times at once. :return: the payment"""
        started = member.post(f"/payments/{payment['id']}/start")
        number = started["number"]
        self.pay.pay(number)
        message = self.pay.paid_message(number)
        statuses = []
        threads = [
            threading.Thread(target=lambda: statuses.append(self.pay.deliver(message).status_code))
            for __ in range(times)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == [204] * times
        self.jobs()
        return member.get(f"/payments/{payment['id']}")

    def jobs(self):
        self.book.write(lambda env: env["payment.transaction"]._cron_post_process())
        self.book.write(lambda env: env["payment.transaction"]._cron_wechatpay_settle())

    def wallet(self, member):
        [card] = member.get("/cards", kind="ewallet")["items"]
        return card


@contextmanager
def open_counter():
    with harness.fresh_database("wallet") as database, harness.server(database, workers=2) as server:
        book = Book(database)
        with FakeWechat.for_demo(Odoo(server.url, database, "admin", "admin")) as wechat, FakeWechatPay() as pay:

            def set_up(env):
                env["ir.config_parameter"].set_param("web.base.url", server.url)
                yuan = env.ref("base.CNY")
                yuan.active = True
                env.flush_all()
                # What the demo has booked in another currency is none of these tests' business.
                env.cr.execute("UPDATE res_company SET currency_id = %s WHERE id = %s", (yuan.id, env.company.id))
                env.invalidate_all()
                env["loyalty.program"].search([]).currency_id = yuan
                env.ref(PROVIDER).write(
                    {**pay.provider_values(), "wechatpay_appid": env.ref("giftcard_wechat.demo_app").appid}
                )
                env.ref(PROVIDER).state = "test"

            pay.appid = book.read(lambda env: env.ref("giftcard_wechat.demo_app").appid)
            book.write(set_up)
            yield Counter(server.url, book, pay, wechat)


@pytest.fixture(scope="module")
def counter():
    with open_counter() as counter:
        yield counter


def test_top_up_and_pay_a_store_and_get_it_back(counter):
    lin = counter.member("lin")
    top_up = lin.post("/top-ups", {"amount": "500"})
    assert (top_up["state"], top_up["bonus"]["amount"]) == ("unpaid", "50.00")
    assert counter.paid(lin, top_up["payment"], times=4)["state"] == "paid"
    assert lin.get(f"/top-ups/{top_up['id']}")["state"] == "done"
    wallet = counter.wallet(lin)
    assert wallet["available"]["amount"] == "550.00"

    body = {"store_id": counter.store_id, "amount": "600", "card_ids": [wallet["id"]], "method": "wechat_jsapi"}
    payment = lin.post("/store-payments", body)
    assert (payment["state"], payment["payment"]["amount"]["amount"]) == ("pending", "50.00")
    assert counter.wallet(lin)["available"]["amount"] == "0.00"
    assert counter.paid(lin, payment["payment"], times=4)["state"] == "paid"
    assert lin.get(f"/store-payments/{payment['id']}")["state"] == "paid"
    assert counter.wallet(lin)["balance"]["amount"] == "0.00"

    counter.book.write(
        lambda env: env["giftcard.store.payment"].browse(payment["id"])._give_back(60, "Goods returned", "r1")
    )
    assert counter.wallet(lin)["balance"]["amount"] == "10.00", "the provider's 50 go first"
    counter.jobs()
    [refund] = counter.pay.refunds
    assert counter.pay.refunds[refund]["refund"] == 5000
    counter.pay.finish_refund(refund)
    assert counter.pay.deliver(counter.pay.refund_message(refund)).status_code == 204
    assert lin.get(f"/store-payments/{payment['id']}")["payment"]["refunded"]["amount"] == "50.00"
    assert counter.book.read(lambda env: env["giftcard.ledger"]._check_invariants()) == []


def test_the_payer_is_who_is_logged_in(counter):
    mei = counter.member("mei")
    payment = mei.post("/top-ups", {"amount": "100"})["payment"]
    started = mei.post(f"/payments/{payment['id']}/start")
    body = counter.pay.orders[started["number"]]["body"]
    openid = counter.book.read(
        lambda env: env["payment.transaction"].browse(payment["id"]).partner_id.giftcard_identity_ids.openid
    )
    assert body["payer"] == {"openid": openid}
    assert body["amount"] == {"total": 10000, "currency": "CNY"}
    assert started["jsapi"]["appId"] == body["appid"] == counter.pay.appid
    signed = [started["jsapi"][name] for name in ("appId", "timeStamp", "nonceStr", "package")]
    assert counter.pay.merchant.verifies(started["jsapi"]["paySign"], *signed)


def test_a_lost_answer_costs_nothing(counter):
    bao = counter.member("bao")
    payment = bao.post("/top-ups", {"amount": "100"})["payment"]
    counter.pay.lose_next("/jsapi")
    with pytest.raises(Problem) as caught:
        bao.post(f"/payments/{payment['id']}/start")
    assert caught.value.code == "payment_unavailable"
    assert counter.paid(bao, payment)["state"] == "paid"


def test_a_lost_notification_is_asked_for(counter):
    tao = counter.member("tao")
    payment = tao.post("/top-ups", {"amount": "100"})["payment"]
    started = tao.post(f"/payments/{payment['id']}/start")
    counter.pay.pay(started["number"])
    assert tao.post(f"/payments/{payment['id']}/check")["state"] == "paid"


def test_what_is_given_up_is_closed_and_then_free(counter):
    hua = counter.member("hua")
    counter.paid(hua, hua.post("/top-ups", {"amount": "100"})["payment"])
    wallet = counter.wallet(hua)
    body = {"store_id": counter.store_id, "amount": "150", "card_ids": [wallet["id"]], "method": "wechat_native"}
    payment = hua.post("/store-payments", body)
    started = hua.post(f"/payments/{payment['payment']['id']}/start")
    assert started["code_url"].startswith("weixin://wxpay/")
    assert hua.post(f"/payments/{payment['payment']['id']}/cancel")["state"] == "closing"
    counter.jobs()
    assert counter.wallet(hua)["held"]["amount"] == "100.00", "WeChat Pay closes orders after five minutes only"
    counter.merchant.later(started["number"], 3600)
    counter.jobs()
    assert counter.pay.orders[started["number"]]["state"] == "CLOSED"
    assert hua.get(f"/store-payments/{payment['id']}")["state"] == "cancelled"
    assert counter.wallet(hua)["available"]["amount"] == "100.00"
