from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.giftcard_points.exceptions import CardNotUsable, InsufficientBalance
from odoo.addons.giftcard_points.models.ledger.act import Act

from .common_batch import BatchCase


@tagged("post_install", "-at_install")
class TestCardLife(BatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls._make_user("life_officer", "giftcard_points.group_officer")
        cls.today = fields.Date.today()
        cls.wallet = cls.alice._member_card(cls.wallet_program)
        cls.ledger._grant(Act("load"), cls.wallet, 100, origin="paid", expires_on=cls.today + timedelta(days=90))
        cls.ledger._grant(Act("load"), cls.wallet, 20, origin="bonus", expires_on=cls.today + timedelta(days=30))

    def change(self, cards, kind, **values):
        wizard = (
            self.env["giftcard.card.change"]
            .with_user(self.officer)
            .create({"card_ids": [(6, 0, cards.ids)], "kind": kind, "reason": "Asked at the counter", **values})
        )
        return wizard.action_apply()

    def operations(self, kind, card):
        return self.env["giftcard.operation"].search(
            [("kind", "=", kind), ("res_model", "=", "loyalty.card"), ("res_id", "=", card.id)]
        )

    def assertActed(self, kind, card):
        operation = self.operations(kind, card)
        self.assertEqual((operation.create_uid, operation.reason), (self.officer, "Asked at the counter"))
        return operation

    def test_freeze_and_unfreeze(self):
        self.change(self.wallet, "freeze")
        self.assertActed("freeze", self.wallet)
        with self.assertRaises(CardNotUsable):
            self.ledger._spend(Act("spend"), self.wallet, 1)
        self.change(self.wallet, "unfreeze")
        self.assertActed("unfreeze", self.wallet)
        self.ledger._spend(Act("spend"), self.wallet, 1)

    def test_lost_card_is_replaced(self):
        for freeze in (False, True):
            card = self.env["loyalty.card"].create({"program_id": self.gift_program.id, "points": 40})
            if freeze:
                self.change(card, "freeze")
            new = self.env["loyalty.card"].browse(self.change(card, "replace")["res_id"])
            operation = self.assertActed("replace", card)
            self.assertEqual(sorted(operation.entry_ids.mapped("amount")), [-40, 40])
            self.assertEqual((card.state, card.successor_id), ("replaced", new))
            self.assertCard(card, 0)
            self.assertCard(new, 40)
            self.assertNotEqual(card.code, new.code)
            with self.assertRaises(CardNotUsable):
                self.ledger._grant(Act("load"), card, 1)
            with self.assertRaises(CardNotUsable):
                card.action_unfreeze()
            with self.assertRaises(CardNotUsable):
                self.change(card, "replace")
            self.redeem(new.code, 10)

    def test_replacement_keeps_owner_origin_and_expiry(self):
        new = self.wallet._replace(Act("replace", document=("loyalty.card", self.wallet.id), reason="Lost"))
        self.assertEqual(new.partner_id, self.alice)
        lots = [(lot.origin, lot.remaining, (lot.expires_on - self.today).days) for lot in new.lot_ids]
        self.assertEqual(sorted(lots), [("bonus", 20, 30), ("paid", 100, 90)])

    def test_replacement_repeated_is_done_once(self):
        act = Act("replace", document=("loyalty.card", self.wallet.id), reason="Lost")
        new = self.wallet._replace(act)
        self.assertEqual(self.wallet._replace(act), new)

    def test_secret_of_a_replaced_paper_card_is_dead(self):
        cards, codes = self.issue(quantity=1)
        self.change(cards, "replace")
        with self.assertRaises(UserError):
            self.redeem(codes[0])
        self.assertCard(cards.successor_id, 50)

    def test_empty_card_is_replaced_too(self):
        card = self.env["loyalty.card"].create({"program_id": self.gift_program.id})
        self.change(card, "replace")
        self.assertEqual((card.state, card.successor_id.state), ("replaced", "active"))

    def test_held_or_indebted_card_is_not_ended(self):
        hold = self.ledger._hold(Act("spend"), self.wallet, 5)
        for kind, values in (("replace", {}), ("expire", {}), ("merge", {"target_id": self.gift.id})):
            with self.assertRaises(CardNotUsable), self.cr.savepoint():
                self.change(self.wallet, kind, **values)
        self.ledger._release(hold)
        self.assertCard(self.wallet, 120)
        self.points_program.debt_allowed = True
        earned = self.grant(self.other, 10)
        self.ledger._spend(Act("spend"), self.other, 10)
        self.ledger._reverse(Act("reverse"), earned)
        with self.assertRaises(CardNotUsable):
            self.change(self.other, "replace")

    def test_cards_are_merged(self):
        first, second = self.env["loyalty.card"].create(
            [{"program_id": self.gift_program.id, "points": points} for points in (30, 5)]
        )
        self.change(first | second, "merge", target_id=self.wallet.id)
        self.assertActed("merge", first)
        self.assertActed("merge", second)
        self.assertCard(self.wallet, 155)
        for card in (first, second):
            self.assertCard(card, 0)
            self.assertEqual((card.state, card.successor_id), ("closed", self.wallet))
        with self.assertRaises(CardNotUsable):
            self.change(self.wallet, "merge", target_id=self.wallet.id)
        with self.assertRaises(CardNotUsable):
            self.change(self.wallet, "merge", target_id=self.card.id)
        with self.assertRaises(CardNotUsable):
            self.change(self.wallet, "merge", target_id=first.id)
        self.assertCard(self.wallet, 155)

    def test_validity_is_extended(self):
        cards, __ = self.issue(quantity=1, expiration_date=self.today + timedelta(days=10))
        later = self.today + timedelta(days=40)
        self.change(cards, "extend", day=later)
        self.assertActed("extend", cards)
        self.assertEqual((cards.expiration_date, cards.lot_ids.expires_on, cards.next_expiry_on), (later,) * 3)
        for day in (later, self.today + timedelta(days=20), self.today - timedelta(days=1)):
            with self.assertRaises(CardNotUsable), self.cr.savepoint():
                self.change(cards, "extend", day=day)
        # A card that is valid for ever stays so; its value is extended.
        self.change(self.wallet, "extend", day=self.today + timedelta(days=60))
        self.assertFalse(self.wallet.expiration_date)
        self.assertEqual(sorted((lot.expires_on - self.today).days for lot in self.wallet.lot_ids), [60, 90])

    def test_last_day_by_hand_is_an_operation_of_a_manager(self):
        cards, __ = self.issue(quantity=1)
        cashier = self._make_user("life_cashier", "point_of_sale.group_pos_user")
        with self.assertRaises(AccessError):
            cards.with_user(cashier).expiration_date = self.today + timedelta(days=999)
        with self.assertRaises(AccessError):
            cards.with_user(self.officer).expiration_date = self.today + timedelta(days=999)
        manager = self._make_user("life_manager", "giftcard_points.group_manager")
        cards.with_user(manager).expiration_date = self.today + timedelta(days=999)
        self.assertEqual(self.operations("extend", cards).create_uid, manager)

    def test_card_is_expired_by_hand(self):
        self.change(self.wallet, "expire")
        operation = self.assertActed("expire", self.wallet)
        self.assertEqual(operation.entry_ids.mapped("amount"), [-120])
        self.assertEqual(self.wallet.state, "expired")
        self.assertCard(self.wallet, 0)
        with self.assertRaises(CardNotUsable):
            self.change(self.wallet, "expire")
        with self.assertRaises(CardNotUsable):
            self.ledger._grant(Act("load"), self.wallet, 1)

    def test_card_past_its_day_is_expired_by_hand(self):
        cards, __ = self.issue(quantity=1)
        self.env.cr.execute("UPDATE loyalty_card SET expiration_date = '2020-01-01' WHERE id = %s", cards.ids)
        cards.invalidate_recordset()
        with self.assertRaises(CardNotUsable):
            self.ledger._spend(Act("spend"), cards, 50)
        self.change(cards, "expire")
        self.assertCard(cards, 0)

    def test_reason_is_asked_for(self):
        with self.assertRaises(UserError):
            self.change(self.wallet, "freeze", reason="  ")
        action = self.wallet.with_context(giftcard_change="replace").action_change()
        with self.assertRaises(AssertionError):
            Form(self.env["giftcard.card.change"].with_context(**action["context"])).save()
        form = Form(self.env["giftcard.card.change"].with_context(**action["context"]))
        form.reason = "Lost"
        form.save().action_apply()
        self.assertEqual(self.wallet.state, "replaced")

    def test_auditors_and_cashiers_change_nothing(self):
        for group in ("giftcard_points.group_auditor", "point_of_sale.group_pos_user"):
            user = self._make_user(f"life_{group[-7:]}", group)
            with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
                self.env["giftcard.card.change"].with_user(user).create(
                    {"card_ids": [(6, 0, self.wallet.ids)], "kind": "expire", "reason": "x"}
                )
        for name in ("state", "successor_id", "batch_id", "secret_digest"):
            with self.assertRaises(AccessError):
                self.wallet.write({name: False})

    def test_spent_card_has_nothing_to_move(self):
        self.ledger._spend(Act("spend"), self.wallet, 120)
        with self.assertRaises(InsufficientBalance):
            self.ledger._transfer(Act("transfer"), self.wallet, self.gift, 1)
        self.change(self.wallet, "replace")
        self.assertCard(self.wallet.successor_id, 0)
