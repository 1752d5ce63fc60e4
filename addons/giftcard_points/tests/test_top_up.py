from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError

from odoo.addons.giftcard_points.exceptions import (
    AlreadyResolved,
    IdempotencyConflict,
    InsufficientBalance,
    PayoutNotAllowed,
    RefundPeriodOver,
)
from odoo.addons.giftcard_points.models.ledger.act import Act
from odoo.addons.giftcard_points.models.ledger.giftcard_ledger import Grant

from .common import LedgerCase


class TopUpCase(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._make_program("ewallet", "Wallet")
        cls.program.write(
            {
                "refund_days": 7,
                "payout_allowed": True,
                "top_up_tier_ids": [
                    Command.create({"paid": 500, "bonus": 50}),
                    Command.create({"paid": 1000, "bonus": 150}),
                ],
            }
        )
        cls.wallet = cls.alice._member_card(cls.program)
        cls.today = fields.Date.context_today(cls.wallet)

    def load(self, amount, card=None, **values):
        return self.ledger._grant(Act("load", **values), card or self.wallet, amount)

    def lots(self, card=None):
        return {lot.origin: (lot.granted, lot.remaining) for lot in (card or self.wallet).lot_ids}

    def refund(self, load, amount=None, **values):
        return self.ledger._refund_load(Act("payout", **values), load, amount)


class TestTopUpTiers(TopUpCase):
    """A top-up that reaches a tier gets its bonus, in the same operation, as a lot of its own."""

    def test_bonus_is_a_lot_of_the_same_operation(self):
        operation = self.load(500)
        self.assertEqual(operation.entry_ids.mapped("amount"), [550])
        self.assertEqual(self.lots(), {"paid": (500, 500), "bonus": (50, 50)})
        self.assertCard(self.wallet, 550)

    def test_highest_tier_reached_counts(self):
        for amount, balance in ((499.99, 499.99), (999, 1049), (1000, 1150), (5000, 5150)):
            card = self.env["loyalty.card"].create({"program_id": self.program.id})
            self.load(amount, card)
            self.assertCard(card, balance)

    def test_repeat_keeps_what_it_got(self):
        first = self.load(500, key="once")
        self.program.top_up_tier_ids.unlink()
        self.assertEqual(self.load(500, key="once"), first)
        self.assertCard(self.wallet, 550)
        with self.assertRaises(IdempotencyConflict):
            self.load(501, key="once")

    def test_only_money_paid_in_earns_a_bonus(self):
        self.ledger._grant(Act("adjust"), self.wallet, 500)
        self.ledger._grant(Act("load"), self.wallet, 500, origin="bonus")
        paper = self.env["loyalty.card"].create({"program_id": self.program.id})
        self.ledger._grant(Act("issue"), paper, 500)
        self.ledger._transfer(Act("transfer"), paper, self.wallet, 500)
        self.assertCard(self.wallet, 1500)

    def test_debt_is_settled_by_what_was_paid_first(self):
        self.program.debt_allowed = True
        grant = self.load(40)
        self.ledger._spend(Act("spend"), self.wallet, 40)
        self.ledger._reverse(Act("reverse"), grant)
        self.assertCard(self.wallet, -40, debt=40)
        self.load(500)
        self.assertCard(self.wallet, 510)
        self.assertEqual(
            [(lot.origin, lot.remaining) for lot in self.wallet.lot_ids.sorted("id")[1:]],
            [("paid", 460), ("bonus", 50)],
        )

    def test_debt_beyond_what_was_paid_takes_of_the_bonus(self):
        self.program.debt_allowed = True
        grant = self.load(499)
        self.ledger._spend(Act("spend"), self.wallet, 499)
        self.ledger._reverse(Act("reverse"), grant)
        other = self.load(490)
        self.assertCard(self.wallet, -9, debt=9)
        self.ledger._reverse(Act("reverse"), other)
        self.assertCard(self.wallet, -499, debt=499)
        self.load(500)
        self.assertCard(self.wallet, 51)

    def test_many_loads_at_once(self):
        wallets = self.wallet | self.bob._member_card(self.program)
        self.ledger._grant_many(
            [Grant(Act("load"), card.id, amount, "paid") for card in wallets for amount in (500, 100, 1000)]
        )
        for card in wallets:
            self.assertCard(card, 500 + 50 + 100 + 1000 + 150)

    def test_native_load_gets_the_bonus_once(self):
        """Stock Odoo's till and sales orders write points."""
        wallet = self.bob._member_card(self.program)
        wallet.points += 500
        self.assertCard(wallet, 550)
        self.assertEqual(wallet.entry_ids.operation_id.mapped("kind"), ["load"])


class TestOrderOfUse(TopUpCase):
    """What of a card is used first is the program's choice, also for holds and what is captured of them."""

    def fill(self, **values):
        self.program.write(values)
        self.ledger._grant(Act("load"), self.wallet, 100, expires_on=self.today + timedelta(days=90))
        self.ledger._grant(Act("load"), self.wallet, 20, "bonus", self.today + timedelta(days=100))
        self.ledger._grant(Act("load"), self.wallet, 10, "bonus", self.today + timedelta(days=30))

    def left(self):
        self.wallet.invalidate_recordset()
        return self.wallet.lot_ids.sorted("id").mapped("remaining")

    def test_what_expires_first(self):
        self.fill()
        self.ledger._spend(Act("spend"), self.wallet, 15)
        self.assertEqual(self.left(), [95, 20, 0])

    def test_bonus_first(self):
        self.fill(use_order="bonus")
        self.ledger._spend(Act("spend"), self.wallet, 15)
        self.assertEqual(self.left(), [100, 15, 0])
        self.ledger._spend(Act("spend"), self.wallet, 20)
        self.assertEqual(self.left(), [95, 0, 0])

    def test_paid_first(self):
        self.fill(use_order="paid")
        self.ledger._spend(Act("spend"), self.wallet, 105)
        self.assertEqual(self.left(), [0, 20, 5])

    def test_holds_and_captures(self):
        self.fill(use_order="bonus")
        hold = self.ledger._hold(Act("spend"), self.wallet, 40)
        self.assertEqual(self.wallet.lot_ids.sorted("id").mapped("held"), [10, 20, 10])
        self.ledger._capture(Act("spend"), hold, 25)
        self.assertEqual(self.left(), [100, 5, 0])

    def test_refund_returns_to_the_same_lots(self):
        self.fill(use_order="bonus")
        spend = self.ledger._spend(Act("spend"), self.wallet, 45)
        self.assertEqual(self.left(), [85, 0, 0])
        self.ledger._refund(Act("refund"), spend)
        self.assertEqual(self.left(), [100, 20, 10])


class TestPayout(TopUpCase):
    """Money goes back to who paid it; a bonus never does."""

    def test_refund_takes_the_bonus_back(self):
        load = self.load(500)
        operation = self.refund(load, key="refund")
        self.assertEqual(operation.entry_ids.mapped("amount"), [-500])
        self.assertCard(self.wallet, 0)
        kinds = self.wallet.entry_ids.sorted("version").mapped("kind")
        self.assertEqual(kinds, ["load", "payout", "clawback"])
        self.assertEqual(self.refund(load, key="refund"), operation)
        self.assertCard(self.wallet, 0)
        with self.assertRaises(AlreadyResolved):
            self.refund(load)

    def test_only_what_is_left_is_refunded(self):
        self.program.use_order = "paid"
        load = self.load(500)
        self.ledger._spend(Act("spend"), self.wallet, 120)
        with self.assertRaises(InsufficientBalance) as refusal:
            self.refund(load, 381)
        self.assertEqual(refusal.exception.available, 380)
        self.refund(load, 300)
        self.assertCard(self.wallet, 80)
        self.refund(load)
        self.assertCard(self.wallet, 0)

    def test_what_is_held_is_not_refunded(self):
        load = self.load(100)
        self.ledger._hold(Act("spend"), self.wallet, 30)
        with self.assertRaises(InsufficientBalance):
            self.refund(load, 71)
        self.refund(load)
        self.assertCard(self.wallet, 30, held=30)

    def test_spent_bonus_is_refused_or_owed(self):
        self.program.use_order = "bonus"
        load = self.load(500)
        self.ledger._spend(Act("spend"), self.wallet, 20)
        with self.assertRaises(InsufficientBalance), self.env.cr.savepoint():
            self.refund(load)
        # What is left of the money can stand for the bonus.
        self.refund(load, 480)
        self.assertCard(self.wallet, 0)
        self.program.debt_allowed = True
        load = self.load(500)
        self.ledger._spend(Act("spend"), self.wallet, 20)
        self.refund(load)
        self.assertCard(self.wallet, -20, debt=20)

    def test_expired_bonus_is_not_asked_back(self):
        load = self.load(500)
        self.env.cr.execute(
            "UPDATE giftcard_lot SET expires_on = %s WHERE card_id = %s AND origin = 'bonus'",
            [self.today - timedelta(days=1), self.wallet.id],
        )
        self.env.cr.execute(
            "UPDATE loyalty_card SET next_expiry_on = %s WHERE id = %s",
            [self.today - timedelta(days=1), self.wallet.id],
        )
        self.env.invalidate_all()
        self.refund(load)
        self.assertCard(self.wallet, 0)
        self.assertEqual(
            self.wallet.entry_ids.sorted("version").mapped(lambda entry: (entry.kind, entry.amount)),
            [("load", 550), ("expire", -50), ("payout", -500)],
        )

    def test_time_for_refunds(self):
        load = self.load(100)
        self.program.refund_days = 0
        with self.assertRaises(RefundPeriodOver):
            self.refund(load)
        self.program.refund_days = 7
        old = fields.Datetime.now() + timedelta(days=7, minutes=1)
        self.patch(fields.Datetime, "now", lambda: old)
        with self.assertRaises(RefundPeriodOver):
            self.refund(load)

    def test_pay_out_takes_no_bonus(self):
        self.program.use_order = "bonus"
        self.load(500)
        self.ledger._spend(Act("spend"), self.wallet, 10)
        with self.assertRaises(InsufficientBalance) as refusal:
            self.ledger._pay_out(Act("payout"), self.wallet, 501)
        self.assertEqual(refusal.exception.available, 500)
        operation = self.ledger._pay_out(Act("payout", key="out"), self.wallet)
        self.assertEqual(self.ledger._pay_out(Act("payout", key="out"), self.wallet), operation)
        self.assertCard(self.wallet, 40)
        self.assertEqual(self.lots()["bonus"], (50, 40))

    def test_pay_out_where_allowed(self):
        self.load(100)
        self.program.payout_allowed = False
        with self.assertRaises(PayoutNotAllowed):
            self.ledger._pay_out(Act("payout"), self.wallet)

    def test_what_is_owed_is_not_paid_out(self):
        self.program.debt_allowed = True
        load = self.load(100)
        spent = self.ledger._spend(Act("spend"), self.wallet, 100)
        self.ledger._reverse(Act("reverse"), load)
        self.ledger._refund(Act("refund"), spent)
        self.assertCard(self.wallet, 0, debt=100)
        self.assertEqual(self.lots(), {"paid": (100, 100)})
        with self.assertRaises(InsufficientBalance), self.env.cr.savepoint():
            self.ledger._pay_out(Act("payout"), self.wallet)
        with self.assertRaises(AlreadyResolved), self.env.cr.savepoint():
            self.refund(load)
        self.load(100)
        self.assertCard(self.wallet, 100)
        self.ledger._pay_out(Act("payout"), self.wallet)
        self.assertCard(self.wallet, 0)

    def test_a_void_purchase_is_taken_from_the_card_that_replaced_its_own(self):
        bought = self.ledger._grant(Act("issue"), self.gift, 100)
        successor = self.gift._replace(Act("replace"))
        self.ledger._spend(Act("spend"), successor, 30)
        act = Act("payout", key="void")
        for __ in range(2):
            operation = self.ledger._void(act, bought)
            self.assertEqual(operation.entry_ids.mapped("amount"), [-70])
        self.assertEqual((successor.state, successor.balance), ("closed", 0))

    def test_a_void_purchase_takes_no_more_than_its_own_of_a_merged_card(self):
        target = self.env["loyalty.card"].create({"program_id": self.gift_program.id})
        self.ledger._grant(Act("issue"), target, 50)
        bought = self.ledger._grant(Act("issue"), self.gift, 100)
        self.gift._merge(target, "One card")
        self.ledger._void(Act("payout"), bought)
        self.assertCard(target, 50)
        self.assertEqual(target.state, "active")

    def test_top_up_is_refunded_from_the_card_that_replaced_its_own(self):
        load = self.load(500)
        successor = self.wallet._replace(Act("replace"))
        self.ledger._spend(Act("spend"), successor, 20)
        self.refund(load, 100)
        self.refund(load)
        self.assertCard(successor, 0)
        with self.assertRaises(AlreadyResolved), self.env.cr.savepoint():
            self.refund(load)

    def test_what_the_till_took_back_is_not_paid_back_from_a_successor(self):
        other = self.load(400)
        load = self.load(100)
        self.ledger._claw_back(Act("reverse"), load, 50)
        successor = self.wallet._replace(Act("replace"))
        with self.assertRaises(InsufficientBalance) as refusal:
            self.refund(load, 51)
        self.assertEqual(refusal.exception.available, 50)
        # Nor does undoing the purchase take more than what is left of it.
        self.ledger._void(Act("payout"), load)
        self.assertCard(successor, 400)
        self.refund(other)
        self.assertCard(successor, 0)

    def test_the_till_takes_back_of_a_successor(self):
        """550 for 500: a fifth went back at the till, and the bonus with the rest."""
        self.load(400)
        load = self.load(500)
        successor = self.wallet._replace(Act("replace"))
        self.ledger._claw_back(Act("reverse"), load, 110)
        self.refund(load)
        kinds = successor.entry_ids.sorted("version").mapped(lambda entry: (entry.kind, entry.amount))
        self.assertEqual(kinds[-3:], [("reverse", -110), ("payout", -400), ("clawback", -40)])
        self.assertCard(successor, 400)

    def test_managers_pay_back_an_operation(self):
        load = self.load(500)
        officer = self._make_user("pay_officer", "giftcard_points.group_officer")
        with self.assertRaises(AccessError):
            load.with_user(officer).action_refund_load()
        manager = self._make_user("pay_manager", "giftcard_points.group_manager")
        load.with_user(manager).action_refund_load()
        load.with_user(manager).action_refund_load()
        self.assertCard(self.wallet, 0)

    def test_reversed_top_up_loses_its_bonus(self):
        load = self.load(500)
        self.ledger._reverse(Act("reverse"), load)
        self.assertCard(self.wallet, 0)
        with self.assertRaises(AlreadyResolved):
            self.refund(load)

    def test_the_invariants_know_a_paid_bonus(self):
        load = self.load(500)
        self.refund(load)
        self.env.cr.execute("UPDATE giftcard_lot SET origin = 'bonus' WHERE card_id = %s", [self.wallet.id])
        names = {violation["invariant"] for violation in self.ledger._check_invariants()}
        self.assertEqual(names, {"a bonus is never paid back", "no more is paid back than was paid"})
        self.env.cr.execute(
            "UPDATE giftcard_lot SET origin = 'paid' WHERE card_id = %s AND granted = 500", [self.wallet.id]
        )
