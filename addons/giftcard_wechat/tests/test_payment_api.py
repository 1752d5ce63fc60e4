from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from odoo.addons.payment.models.payment_provider import PaymentProvider

from ..exceptions import PaymentUnavailable
from .common_wallet import WalletCase


@tagged("post_install", "-at_install")
class TestPayment(WalletCase):
    def order(self, **values):
        return self.post("/top-ups", status=201, amount="100", **values)["payment"]

    def test_in_the_app(self):
        payment = self.order()
        self.assertEqual((payment["state"], payment["method"], payment["jsapi"]), ("open", "wechat_jsapi", None))
        with self.wechatpay() as calls:
            started = self.post(f"/payments/{payment['id']}/start")
            again = self.post(f"/payments/{payment['id']}/start")
        self.assertEqual(calls, [("POST", "/v3/pay/transactions/jsapi")])
        self.assertEqual(started["state"], "pending")
        self.assertEqual((started["jsapi"]["appId"], started["jsapi"]["package"]), ("wx1", "prepay_id=wx-1"))
        self.assertEqual(again["jsapi"]["package"], "prepay_id=wx-1")
        self.assertTrue(started["expires_at"])
        self.assertIsNone(self.get(f"/payments/{payment['id']}")["jsapi"], "only who starts it pays")
        self.pay(payment)
        self.assertEqual(self.get(f"/payments/{payment['id']}")["state"], "paid")
        with self.wechatpay():
            response = self.api("POST", f"/payments/{payment['id']}/start", self.alice_token)
        self.assertProblem(response, 409, "payment_refused")

    def test_by_a_qr_code(self):
        payment = self.order(method="wechat_native")
        with self.wechatpay():
            self.assertEqual(self.post(f"/payments/{payment['id']}/start")["code_url"], "weixin://wxpay/1")

    def test_asking_the_provider(self):
        payment = self.order()
        self.start(payment)
        tx = self.tx(payment)
        with self.wechatpay({tx.reference: self.word(tx)}) as calls:
            self.assertEqual(self.post(f"/payments/{payment['id']}/check")["state"], "paid")
            self.assertEqual(self.post(f"/payments/{payment['id']}/check")["state"], "paid")
        self.assertEqual(len(calls), 1, "what is settled is not asked for")

    def test_asking_too_often(self):
        self.env["ir.config_parameter"].set_param("giftcard_wechat.rate_payment_check", "2")
        payment = self.order()
        codes = [self.api("POST", f"/payments/{payment['id']}/check", self.alice_token).status_code for __ in range(4)]
        self.assertEqual(codes, [200, 200, 429, 429])

    def test_giving_up(self):
        unsent, sent = self.order(), self.order()
        self.assertEqual(self.post(f"/payments/{unsent['id']}/cancel")["state"], "closed")
        self.start(sent)
        self.assertEqual(self.post(f"/payments/{sent['id']}/cancel")["state"], "closing")
        self.assertTrue(self.tx(sent).wechatpay_due_at)
        paid = self.order()
        self.pay(paid)
        response = self.api("POST", f"/payments/{paid['id']}/cancel", self.alice_token)
        self.assertProblem(response, 409, "payment_refused")

    def test_what_nobody_started_is_given_up(self):
        payment, started, later = self.order(), self.order(), self.order()
        self.start(started)
        (self.tx(payment) | self.tx(started)).wechatpay_expires_at = "2020-01-01"
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=60):
            self.env["payment.transaction"]._close_unstarted()
        self.tx(payment)._post_process()
        states = [self.get(f"/payments/{each['id']}")["state"] for each in (payment, started, later)]
        self.assertEqual(states, ["closed", "pending", "open"])
        self.assertEqual(self.get(f"/top-ups/{payment['document']['id']}")["state"], "cancelled")

    def test_a_lost_answer_repeats_the_very_same_order(self):
        payment = self.order()
        sent = []

        def lose(provider, method, path, data=None, **kwargs):
            sent.append(data)
            raise PaymentUnavailable("No answer")

        for __ in range(2):
            with patch.object(PaymentProvider, "_send_api_request", lose):
                response = self.api("POST", f"/payments/{payment['id']}/start", self.alice_token)
            self.assertProblem(response, 503, "payment_unavailable")
        self.assertEqual(sent[0], sent[1])
        self.assertIn(b"time_expire", sent[0])
        self.assertEqual(self.start(payment)["state"], "pending")

    def test_a_session_without_wechat(self):
        self.env["giftcard.identity"].search([("member_id", "=", self.alice.id)]).app_id.appid = "wx9"
        payment = self.order()
        with self.wechatpay():
            self.assertEqual(self.post(f"/payments/{payment['id']}/start")["jsapi"]["appId"], "wx9")
        self.token_record(self.alice_token).identity_id = False
        body = {"amount": "100", "method": "wechat_jsapi"}
        response = self.api("POST", "/top-ups", self.alice_token, json=body)
        self.assertProblem(response, 409, "payment_method_not_available")
        self.order(method="wechat_native")

    def test_the_cash_of_a_redemption(self):
        price = self.env["giftcard.reward.price"].create({"reward_id": self.reward.id, "points": 5, "cash": 12.5})
        redemption = self.redemptions._submit(self.alice, self.store, [(self.reward, 1, price)], "k")
        self.assertEqual(redemption.state, "awaiting_payment")
        path = f"/redemptions/{redemption.id}/payment"
        payment = self.post(path, status=201, method="wechat_jsapi")
        self.assertMoney(payment["amount"], "12.50")
        self.assertEqual(payment["document"]["number"], redemption.name)
        response = self.api("POST", path, self.bob_token, json={})
        self.assertProblem(response, 404, "not_found")
        again = self.post(path, status=201, method="wechat_jsapi")
        self.assertEqual(again["id"], payment["id"], "one that is open is taken again")
        self.pay(payment)
        self.assertEqual(redemption.state, "to_review")
        response = self.api("POST", path, self.alice_token, json={})
        self.assertProblem(response, 409, "illegal_transition")

    def test_other_payments_are_none_of_the_app(self):
        tx = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.env.ref("payment.payment_method_wechat_pay").id,
                "amount": 5,
                "currency_id": self.cny.id,
                "partner_id": self.alice.id,
                "sale_order_ids": [Command.clear()],
            }
        )
        self.assertProblem(self.api("GET", f"/payments/{tx.id}", self.alice_token), 404, "not_found")

    def test_no_rights(self):
        payment = self.order()
        path = f"/payments/{payment['id']}"
        for method, suffix in (("GET", ""), ("POST", "/start"), ("POST", "/check"), ("POST", "/cancel")):
            with self.subTest(path=suffix):
                self.assertNoRights(method, f"{path}{suffix}")
                self.assertProblem(self.api(method, f"{path}{suffix}", self.bob_token), 404, "not_found")
        redemption = self.submit()
        self.assertNoRights("POST", f"/redemptions/{redemption.id}/payment", json={})
        self.assertEqual(self.tx(payment).state, "draft")
