from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.giftcard_points.exceptions import (
    AlreadyResolved,
    CodeNotAccepted,
    IdempotencyConflict,
    InsufficientBalance,
    InvalidAmount,
    LedgerError,
    RefundPeriodOver,
)

from .common_wallet import StorePaymentCase


@tagged("post_install", "-at_install")
class TestStorePaymentClerk(StorePaymentCase):
    """What clerks ask for, scan and give back."""

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

    def test_a_refund_that_failed_is_sent_again(self):
        payment = self.combined()
        tx = self.pay(payment["payment"])
        refund = self.record(payment).with_user(self.clerk)._give_back(20, "Part", "r1")
        with self.assertRaises(AccessError):
            refund.action_send_again()
        manager = self._make_user("refund_manager", "giftcard_pickup.group_manager")
        mine = refund.with_user(manager)
        with self.assertRaises(UserError):
            mine.action_send_again()
        first = refund.sudo().transaction_id
        first._wechatpay_refund_failed("The bank said no")
        self.assertEqual(first.state, "error")
        mine.action_send_again()
        self.assertNotEqual(refund.sudo().transaction_id, first)
        self.assertEqual((tx._given_back(), self.record(payment).refunded), (20, 20))

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
