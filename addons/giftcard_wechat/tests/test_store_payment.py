from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.giftcard_points.exceptions import (
    AlreadyResolved,
    CodeNotAccepted,
    IdempotencyConflict,
    InsufficientBalance,
    InvalidAmount,
    LedgerError,
    RefundPeriodOver,
)
from odoo.addons.giftcard_points.models.ledger.act import Act

from .common_wallet import WalletCase

TAKE = "odoo.addons.giftcard_wechat.models.wallet.giftcard_store_payment_take"


@tagged("post_install", "-at_install")
class TestStorePayment(WalletCase):
    """Alice has 100 in her wallet and a gift card of 30."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ledger._grant(Act("load"), cls.wallet, 100)
        cls.money = cls.env["loyalty.card"].create(
            {"program_id": cls.gift_program.id, "partner_id": cls.alice.id, "points": 30}
        )
        cls.payments = cls.env["giftcard.store.payment"]
        cls.at_work = cls.payments.with_user(cls.clerk)

    def pay_store(self, amount="80.00", cards=None, who=None, key=None, **values):
        body = {"store_id": self.store.id, "amount": amount, **values}
        body["card_ids"] = (self.wallet | self.money).ids if cards is None else cards.ids
        return self.api("POST", "/store-payments", who or self.alice_token, key, json=body)

    def paid(self, *args, **kwargs):
        response = self.pay_store(*args, **kwargs)
        self.assertEqual(response.status_code, 201, response.text)
        return response.json()

    def record(self, payment):
        return self.payments.browse(payment["id"])

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
        payment = self.paid()
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

    def combined(self, amount="180", **values):
        return self.paid(amount, method="wechat_jsapi", **values)

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

    def close_due(self):
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=60):
            self.payments._close_due()
        self.env.invalidate_all()

    def test_a_provider_that_is_not_there(self):
        self.provider.state = "disabled"
        self.assertProblem(self.pay_store("180", method="wechat_jsapi"), 409, "payment_method_not_available")
        self.assertCard(self.wallet, 100)

    # === ASKED FOR BY THE CLERK === #

    def test_an_amount_that_a_clerk_asks_for(self):
        asked = self.at_work._ask(self.store, 60, "Table 12")
        self.assertEqual((asked.state, asked.clerk_id), ("requested", self.clerk))
        self.assertTrue(asked.payment_url.endswith(f"?request={asked.token}"))
        self.assertTrue(asked.payment_qr)
        seen = self.post("/store-payments/open", request=asked.token)
        self.assertEqual((seen["store"], seen["note"], seen["amount"]["amount"]), ("East", "Table 12", "60.00"))
        body = {"request": asked.token, "card_ids": [self.wallet.id]}
        payment = self.post("/store-payments", status=201, **body)
        self.assertEqual((payment["state"], payment["channel"]), ("paid", "request"))
        self.assertEqual(asked.member_id, self.alice)
        for path, again in (("/store-payments", body), ("/store-payments/open", {"request": asked.token})):
            response = self.api("POST", path, self.alice_token, json=again)
            self.assertProblem(response, 409, "request_not_open")
        self.assertCard(self.wallet, 40)

    def test_amounts_are_withdrawn(self):
        withdrawn, late = self.at_work._ask(self.store, 5), self.at_work._ask(self.store, 5)
        withdrawn.action_withdraw()
        late.sudo().deadline = "2020-01-01"
        for asked in (withdrawn, late):
            body = {"request": asked.sudo().token, "card_ids": [self.wallet.id]}
            response = self.api("POST", "/store-payments", self.alice_token, json=body)
            self.assertProblem(response, 409, "request_not_open")
        self.close_due()
        self.assertEqual(late.state, "cancelled")

    # === SCANNED BY THE CLERK === #

    def code(self):
        return self.post("/payment-codes")["code"]

    def test_a_scanned_code(self):
        code = self.code()
        payment = self.at_work._charge(self.store, code, 110, "k1")
        self.assertEqual((payment.state, payment.channel, payment.clerk_id), ("paid", "code", self.clerk))
        self.assertCard(self.wallet, 0)
        self.assertCard(self.money, 20)
        self.assertEqual(self.get("/payment-codes/last")["state"], "used")
        [shown] = self.get("/store-payments")["items"]
        self.assertEqual((shown["number"], shown["channel"]), (payment.name, "code"))
        self.assertEqual(self.at_work._charge(self.store, code, 110, "k1"), payment, "a repeat")
        with self.assertRaises(IdempotencyConflict):
            self.at_work._charge(self.store, code, 111, "k1")
        with self.assertRaises(CodeNotAccepted):
            self.at_work._charge(self.store, code, 1, "k2")
        self.assertEqual(payment.sudo().part_ids.operation_id.create_uid, self.clerk)

    def test_codes_that_are_not_accepted(self):
        old = self.code()
        new = self.code()
        for code in (old, "", "123", "88" + "0" * 16):
            with self.assertRaises(CodeNotAccepted), self.env.cr.savepoint():
                self.at_work._charge(self.store, code, 1, "k")
        self.env["giftcard.payment.code"].search([]).expires_at = "2020-01-01"
        with self.assertRaises(CodeNotAccepted), self.env.cr.savepoint():
            self.at_work._charge(self.store, new, 1, "k")
        good = self.code()
        self.alice.member_state = "frozen"
        with self.assertRaises(CodeNotAccepted), self.env.cr.savepoint():
            self.at_work._charge(self.store, good, 1, "k")

    def test_a_code_with_too_little_behind_it_stays_good(self):
        code = self.code()
        with self.assertRaises(InsufficientBalance) as caught, self.env.cr.savepoint():
            self.at_work._charge(self.store, code, 131, "k")
        self.assertEqual(caught.exception.available, 130)
        self.env.invalidate_all()
        self.assertEqual(self.at_work._charge(self.store, code, 130, "k").state, "paid")

    def test_clerks_act_for_their_stores(self):
        west = self.env["giftcard.store"].create({"name": "West", "code": "W"})
        payment = self.record(self.paid())
        stranger = self._make_user("clerk_west", "giftcard_pickup.group_clerk")
        cashier = self._make_user("no_clerk", "base.group_user")
        self.assertNotIn(payment, self.payments.with_user(stranger).search([]))
        for user, store in ((self.clerk, west), (stranger, self.store), (cashier, self.store)):
            payments = self.payments.with_user(user)
            with self.assertRaises(AccessError):
                payments._ask(store, 1)
            with self.assertRaises(AccessError):
                payments._charge(store, "x", 1, "k")
        for user in (stranger, cashier):
            with self.assertRaises(AccessError):
                payment.with_user(user)._give_back(1, "No", "k")
        with self.assertRaises(AccessError):
            payment.with_user(self.clerk).amount = 1

    # === REFUNDS === #

    def test_refund_to_cards(self):
        payment = self.record(self.paid("120"))
        mine = payment.with_user(self.clerk)
        refund = mine._give_back(50, "Goods returned", "r1")
        self.assertEqual((refund.card_amount, refund.create_uid), (50, self.clerk))
        self.assertEqual(mine._give_back(50, "Goods returned", "r1"), refund, "a repeat")
        # The card that was used last gets it back first.
        self.assertCard(self.money, 30)
        self.assertCard(self.wallet, 30)
        shown = self.get(f"/store-payments/{payment.id}")
        self.assertMoney(shown["refunded"], "50.00")
        self.assertEqual([item["reason"] for item in shown["refunds"]], ["Goods returned"])
        with self.assertRaises(AlreadyResolved), self.env.cr.savepoint():
            mine._give_back(70.01, "More", "r2")
        mine._give_back(70, "All", "r3")
        self.assertCard(self.wallet, 100)
        with self.assertRaises(LedgerError), self.env.cr.savepoint():
            mine._give_back(0.01, "More", "r4")

    def test_refund_by_the_way_it_came(self):
        payment = self.combined()
        tx = self.pay(payment["payment"])
        mine = self.record(payment).with_user(self.clerk)
        self.assertEqual(mine._give_back(20, "Part", "r1").card_amount, 0)
        self.assertEqual(mine._give_back(40, "Part", "r2").card_amount, 10)
        self.assertEqual(sorted(tx.child_transaction_ids.mapped("amount")), [-30, -20])
        self.assertEqual({child.state for child in tx.child_transaction_ids}, {"pending"})
        self.assertCard(self.money, 10)
        self.assertMoney(self.get(f"/store-payments/{payment['id']}")["payment"]["refunded"], "50.00")

    def test_rules_of_refunds(self):
        payment = self.record(self.paid())
        mine = payment.with_user(self.clerk)
        for amount in (0, -1, 0.001):
            with self.assertRaises(InvalidAmount):
                mine._give_back(amount, "x", "r")
        with self.assertRaises(UserError):
            mine._give_back(1, " ", "r")
        payment.paid_at = "2020-01-01"
        with self.assertRaises(RefundPeriodOver):
            mine._give_back(1, "Late", "r")
        manager = self._make_user("mall_manager", "giftcard_pickup.group_manager")
        payment.with_user(manager)._give_back(1, "Goodwill", "r")
        self.assertCard(self.wallet, 21)

    def test_wizards(self):
        env = self.env(user=self.clerk)
        ask = env["giftcard.store.payment.ask"].create({"amount": 8, "note": "Tea"})
        self.assertEqual(ask.store_id, self.store)
        asked = self.payments.browse(ask.action_ask()["res_id"])
        self.assertEqual((asked.amount, asked.state), (8, "requested"))
        charge = env["giftcard.store.payment.charge"].create({"amount": 9, "code": self.code()})
        payment = self.payments.browse(charge.action_charge()["res_id"]).with_env(env)
        self.assertEqual(payment.state, "paid")
        context = payment.action_refund()["context"]
        refund = env["giftcard.store.payment.refund"].with_context(**context).create({"reason": "Cold"})
        self.assertEqual(refund.amount, 9)
        refund.action_refund()
        self.assertEqual(payment.refunded, 9)

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
        body = {"store_id": foreign.id, "amount": "1", "card_ids": [self.wallet.id]}
        self.assertProblem(self.api("POST", "/store-payments", self.alice_token, json=body), 404, "not_found")
        self.assertCard(self.wallet, 99)
