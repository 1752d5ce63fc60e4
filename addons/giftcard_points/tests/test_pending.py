from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields

from odoo.addons.giftcard_points.exceptions import InsufficientBalance
from odoo.addons.giftcard_points.models.ledger.act import Act
from odoo.addons.giftcard_points.models.ledger.giftcard_ledger import Grant

from .common import LedgerCase


class TestPending(LedgerCase):
    """Value that is there but cannot be used yet."""

    def earn(self, amount, days=7, key=None, card=None):
        available_at = fields.Datetime.now() + timedelta(days=days)
        act = Act("earn", key=key) if key else Act("earn")
        return self.ledger._grant_many(
            [Grant(act, (card or self.card).id, amount, "earned", available_at=available_at)]
        )

    def later(self, days):
        return freeze_time(fields.Datetime.now() + timedelta(days=days))

    def test_is_there_but_cannot_be_spent(self):
        self.grant(self.card, 5)
        self.earn(10)
        self.assertCard(self.card, 15, held=10)
        with self.assertRaises(InsufficientBalance), self.env.cr.savepoint():
            self.ledger._spend(Act("spend"), self.card, 6)
        self.ledger._spend(Act("spend"), self.card, 5)

    def test_a_spend_finds_it_when_its_time_has_come(self):
        self.earn(10)
        with self.later(8):
            self.ledger._spend(Act("spend"), self.card, 10)
        self.assertCard(self.card, 0)

    def test_the_cron_makes_it_free(self):
        self.earn(10)
        self.earn(3, days=30)
        with self.later(8), self.enter_registry_test_mode():
            self.env.ref("giftcard_points.ir_cron_release_lapsed_holds").method_direct_trigger()
        self.assertCard(self.card, 13, held=3)

    def test_repeated_grant_waits_once(self):
        self.earn(10, key="twice")
        self.earn(10, key="twice")
        self.assertCard(self.card, 10, held=10)

    def test_taken_back_from_what_waits_and_the_rest_waits_on(self):
        operation = self.earn(10)
        self.grant(self.card, 5)
        self.ledger._claw_back(Act("reverse"), operation, 4)
        self.assertCard(self.card, 11, held=6)
        with self.later(8):
            self.ledger._spend(Act("spend"), self.card, 11)
        self.assertCard(self.card, 0)

    def test_reversed_as_a_whole(self):
        operation = self.earn(10)
        self.ledger._reverse(Act("reverse"), operation)
        self.assertCard(self.card, 0)

    def test_goes_along_with_a_merge_and_waits_there(self):
        self.earn(10)
        self.grant(self.card, 5)
        target = self.env["loyalty.card"].create({"program_id": self.points_program.id, "partner_id": self.alice.id})
        self.card._merge(target, "Two cards")
        self.assertCard(target, 15, held=10)
        with self.assertRaises(InsufficientBalance), self.env.cr.savepoint():
            self.ledger._spend(Act("spend"), target, 6)
        with self.later(8):
            self.ledger._spend(Act("spend"), target, 15)

    def test_what_waits_is_taken_back_from_the_card_it_was_moved_to(self):
        operation = self.earn(10)
        self.earn(7)
        successor = self.card._replace(Act("replace"))
        self.assertCard(successor, 17, held=17)
        self.ledger._claw_back(Act("reverse"), operation, 4)
        self.assertCard(successor, 13, held=13)
        self.ledger._reverse(Act("reverse"), self.earn(5, card=successor))
        self.assertCard(successor, 13, held=13)

    def test_a_bonus_waits_too(self):
        program = self._make_program("ewallet", "Wallet")
        wallet = self.alice._member_card(program)
        when = fields.Datetime.now() + timedelta(days=7)
        self.ledger._grant_many([Grant(Act("load"), wallet.id, 100, "paid", bonus=Decimal(10), available_at=when)])
        self.assertCard(wallet, 110, held=110)

    def test_holds_are_locked_before_their_cards(self):
        operation = self.earn(10)
        locked = []
        execute = type(self.env).execute_query

        def watch(env, query):
            text = query.code
            if "FOR NO KEY UPDATE" in text or text.lstrip().startswith("UPDATE loyalty_card"):
                locked.append("hold" if "FROM giftcard_hold" in text else "card")
            return execute(env, query)

        with patch.object(type(self.env), "execute_query", watch):
            self.ledger._claw_back(Act("reverse"), operation, 4)
            self.assertEqual(locked[:2], ["hold", "card"])
            locked.clear()
            self.ledger._end(Act("expire"), self.card)
            self.assertEqual(locked[:2], ["hold", "card"])

    def test_what_waits_is_no_use_of_the_day(self):
        self.points_program.daily_limit = 10
        self.grant(self.card, 20)
        self.ledger._spend(Act("spend"), self.card, 8)
        self.ledger._reverse(Act("reverse"), self.earn(5))
        self.assertEqual(self.card.used_today, 8)

    def test_debt_is_settled_before_anything_waits(self):
        self.points_program.debt_allowed = True
        operation = self.grant(self.card, 8)
        self.ledger._spend(Act("spend"), self.card, 8)
        self.ledger._reverse(Act("reverse"), operation)
        self.assertCard(self.card, -8, debt=8)
        self.earn(10)
        self.assertCard(self.card, 2, held=2)
