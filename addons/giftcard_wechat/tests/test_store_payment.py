from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_wallet import StorePaymentCase

TAKE = "odoo.addons.giftcard_wechat.models.wallet.giftcard_store_payment_take"


@tagged("post_install", "-at_install")
class TestStorePayment(StorePaymentCase):
    """What members pay in stores, by cards and by a provider."""

    # === CARDS === #

    def test_several_cards(self):
        payment = self.paid("120.00")
        self.assertEqual((payment["state"], payment["store"], payment["payment"]), ("paid", "East", None))
        self.assertEqual(
            [(part["card_id"], part["amount"]["amount"]) for part in payment["parts"]],
            [(self.wallet.id, "100.00"), (self.money.id, "20.00")],
        )
        self.assertCard(self.wallet, 0)
        self.assertCard(self.money, 10)
        self.assertEqual(self.get("/store-payments")["items"], [payment])
        self.assertEqual(self.get(f"/store-payments/{payment['id']}"), payment)
        [entry] = self.get(f"/cards/{self.money.id}/entries", kind="spend")["items"]
        self.assertEqual((entry["store"], entry["document"]), ("East", payment["number"]))

    def test_the_order_of_the_cards_is_the_member_s(self):
        payment = self.paid("40", self.money + self.wallet)
        self.assertEqual([part["amount"]["amount"] for part in payment["parts"]], ["30.00", "10.00"])

    def test_paying_again_pays_once(self):
        first, again = self.paid(key="pay-12345678"), self.paid(key="pay-12345678")
        self.assertEqual(first, again)
        self.assertCard(self.wallet, 20)

    def test_both_get_a_receipt(self):
        with patch.object(type(self.env["res.partner"]), "_bus_send", autospec=True) as send:
            payment = self.paid()
        [(partner, kind, receipt)] = [
            call.args for call in send.call_args_list if call.args[0] == self.clerk.partner_id
        ]
        self.assertEqual((partner, kind), (self.clerk.partner_id, "simple_notification"))
        self.assertIn(payment["number"], receipt["message"])
        message = self.env["giftcard.message"].search([("partner_id", "=", self.alice.id), ("kind", "=", "payment")])
        self.assertEqual(message.title, "Paid at East")
        self.assertIn(payment["number"], message.body)
        self.assertIn(self.record(payment), self.at_work.search([]))

    def test_refusals(self):
        problem = self.assertProblem(self.pay_store("130.01"), 409, "insufficient_balance")
        self.assertEqual(problem["available"], 130)
        for amount in ("0", "-1", "0.001"):
            self.assertProblem(self.pay_store(amount), 422, "validation_error")
        for body in (
            {},
            {"store_id": self.store.id},
            {"amount": "1"},
            {"store_id": self.store.id, "amount": "1", "request": "x"},
            {"store_id": self.store.id, "amount": "1", "card_ids": [self.wallet.id, self.wallet.id]},
        ):
            response = self.api("POST", "/store-payments", self.alice_token, json=body)
            self.assertProblem(response, 422, "validation_error")
        self.assertProblem(self.pay_store("1", self.card), 409, "card_not_usable")
        self.assertProblem(self.pay_store("1", self.other), 404, "not_found")
        self.assertProblem(self.pay_store("1", who=self.bob_token), 404, "not_found")
        self.wallet.action_freeze("lost")
        self.assertProblem(self.pay_store("1"), 409, "card_not_usable")
        self.assertFalse(self.payments.search([("member_id", "=", self.alice.id)]))

    def test_a_card_taken_as_a_whole(self):
        self.gift_program.whole_value = True
        self.assertProblem(self.pay_store("20", self.money), 422, "invalid_amount")
        self.paid("40", self.money + self.wallet)
        self.assertCard(self.money, 0)

    # === THE REST BY A PROVIDER === #

    def test_cards_and_provider_pay_together(self):
        payment = self.combined()
        self.assertEqual((payment["state"], payment["payment"]["state"]), ("pending", "open"))
        self.assertMoney(payment["payment"]["amount"], "50.00")
        self.assertEqual(payment["payment"]["document"]["kind"], "store_payment")
        self.assertCard(self.wallet, 100, held=100)
        self.assertCard(self.money, 30, held=30)
        tx = self.pay(payment["payment"])
        self.assertEqual(self.get(f"/store-payments/{payment['id']}")["state"], "paid")
        self.assertCard(self.wallet, 0)
        self.assertCard(self.money, 0)
        tx._wechatpay_take(self.word(tx))
        self.assertFalse(tx.child_transaction_ids, "the same word again")

    def test_the_provider_s_part_is_invoiced(self):
        payment = self.combined()
        tx = self.pay(payment["payment"])
        self.assertEqual((tx.invoice_ids.amount_total, tx.invoice_ids.state), (50, "posted"))
        self.assertEqual(tx.payment_id.amount, 50)
        self.assertIn(tx.invoice_ids.payment_state, ("paid", "in_payment"))
        refund = self.record(payment)._give_back(20, "Part", "r").transaction_id
        refund._set_done()
        refund._post_process()
        self.assertEqual((refund.invoice_ids.move_type, refund.invoice_ids.amount_total), ("out_refund", 20))
        self.assertEqual(refund.invoice_ids.reversed_entry_id, tx.invoice_ids)
        self.assertEqual(self.record(payment).invoice_ids, tx.invoice_ids | refund.invoice_ids)

    def test_the_provider_alone(self):
        payment = self.paid("12.30", self.env["loyalty.card"], method="wechat_native")
        self.assertMoney(payment["payment"]["amount"], "12.30")
        self.pay(payment["payment"])
        self.assertEqual(self.get(f"/store-payments/{payment['id']}")["state"], "paid")

    def test_without_the_provider_nothing_is_taken(self):
        payment = self.combined()
        self.start(payment["payment"])
        self.close(payment["payment"])
        self.assertEqual(self.get(f"/store-payments/{payment['id']}")["state"], "cancelled")
        self.assertCard(self.wallet, 100)
        self.assertCard(self.money, 30)

    def test_money_that_comes_too_late_goes_back(self):
        payment = self.combined()
        self.start(payment["payment"])
        self.close(payment["payment"])
        tx = self.tx(payment["payment"])
        for __ in range(2):
            tx._wechatpay_take(self.word(tx))
        self.assertEqual(tx.child_transaction_ids.mapped("amount"), [-50])
        self.assertEqual(self.get(f"/store-payments/{payment['id']}")["state"], "cancelled")
        self.assertCard(self.wallet, 100)

    def test_money_that_cannot_go_back_by_itself_is_known(self):
        payment = self.combined()
        self.start(payment["payment"])
        self.close(payment["payment"])
        self.provider.state = "disabled"
        tx = self.tx(payment["payment"])
        with mute_logger("odoo.addons.giftcard_wechat.models.wallet.payment_transaction"):
            tx._wechatpay_take(self.word(tx))
        self.assertEqual((tx.state, tx.child_transaction_ids.ids), ("done", []))
        self.assertIn("by hand", tx.state_message)

    def test_a_card_that_was_blocked_meanwhile(self):
        payment = self.combined()
        self.start(payment["payment"])
        self.money.action_freeze("stolen")
        with mute_logger(TAKE):
            tx = self.pay(payment["payment"])
        self.assertEqual(tx.child_transaction_ids.mapped("amount"), [-50])
        self.assertEqual(self.get(f"/store-payments/{payment['id']}")["state"], "cancelled")
        self.assertCard(self.wallet, 100)
        self.assertCard(self.money, 30)

    def test_the_time_to_pay_the_rest(self):
        unsent, sent = self.combined("110", cards=self.wallet), self.combined("40", cards=self.money)
        self.start(sent["payment"])
        payments = self.record(unsent) | self.record(sent)
        self.close_due()
        self.assertEqual(payments.mapped("state"), ["pending", "pending"])
        payments.deadline = "2020-01-01"
        self.close_due()
        self.assertEqual(self.record(unsent).state, "cancelled")
        self.assertCard(self.wallet, 100)
        # The provider has to say first that nobody can pay it any more.
        self.assertEqual(self.record(sent).state, "pending")
        self.assertTrue(self.tx(sent["payment"]).wechatpay_given_up)
        self.assertCard(self.money, 30, held=30)
        self.close(sent["payment"])
        self.assertEqual(self.record(sent).state, "cancelled")
        self.assertCard(self.money, 30)

    def test_a_provider_that_is_not_there(self):
        self.provider.state = "disabled"
        self.assertProblem(self.pay_store("180", method="wechat_jsapi"), 409, "payment_method_not_available")
        self.assertCard(self.wallet, 100)

    # === RIGHTS === #

    def test_no_rights(self):
        payment = self.paid("1")
        asked = self.at_work._ask(self.store, 5)
        for method, path, body in (
            ("POST", "/store-payments", {"store_id": self.store.id, "amount": "1", "card_ids": [self.wallet.id]}),
            ("POST", "/store-payments/open", {"request": asked.token}),
            ("GET", "/store-payments", None),
            ("GET", f"/store-payments/{payment['id']}", None),
        ):
            with self.subTest(method=method, path=path):
                self.assertNoRights(method, path, **({"json": body} if body else {}))
        self.assertProblem(self.api("GET", f"/store-payments/{payment['id']}", self.bob_token), 404, "not_found")
        self.assertEqual(self.get("/store-payments", self.bob_token)["items"], [])
        foreign = self.env["giftcard.store"].create(
            {"name": "Elsewhere", "code": "X", "company_id": self.env["res.company"].create({"name": "Other"}).id}
        )
        abroad = self.payments._ask(foreign, 1)
        for path, ask in (("", {"card_ids": [self.wallet.id]}), ("/open", {})):
            body = {"request": abroad.token, **ask}
            response = self.api("POST", f"/store-payments{path}", self.alice_token, json=body)
            self.assertProblem(response, 409, "request_not_open")
        body = {"store_id": foreign.id, "amount": "1", "card_ids": [self.wallet.id]}
        self.assertProblem(self.api("POST", "/store-payments", self.alice_token, json=body), 404, "not_found")
        self.assertCard(self.wallet, 99)
