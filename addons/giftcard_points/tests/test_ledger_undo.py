from odoo.tests import tagged

from odoo.addons.giftcard_points.exceptions import AlreadyResolved, InsufficientBalance
from odoo.addons.giftcard_points.models.ledger.act import Act

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestLedgerUndo(LedgerCase):
    def setUp(self):
        super().setUp()
        self.grant(self.card, 30, expires_on="2999-01-31")
        self.grant(self.card, 70)
        self.spent = self.ledger._spend(Act("spend"), self.card, 50)

    def remaining(self):
        return dict(self.card.lot_ids.sorted("id").mapped(lambda lot: (str(lot.expires_on), lot.remaining)))

    def test_refund_goes_back_to_the_same_lots(self):
        self.assertEqual(self.remaining(), {"2999-01-31": 0, "False": 50})
        self.ledger._refund(Act("refund"), self.spent, 35)
        self.assertEqual(self.remaining(), {"2999-01-31": 15, "False": 70})
        self.assertCard(self.card, 85)

    def test_refunds_never_exceed_what_was_taken(self):
        self.ledger._refund(Act("refund"), self.spent, 30)
        with self.assertRaises(AlreadyResolved):
            self.ledger._refund(Act("refund"), self.spent, "20.01")
        self.ledger._refund(Act("refund"), self.spent)
        with self.assertRaises(AlreadyResolved):
            self.ledger._refund(Act("refund"), self.spent)
        self.assertCard(self.card, 100)

    def test_repeated_refund_is_one(self):
        first = self.ledger._refund(Act("refund", key="r"), self.spent, 20)
        self.assertEqual(self.ledger._refund(Act("refund", key="r"), self.spent, 20), first)
        self.assertCard(self.card, 70)

    def test_operation_is_reversed_once(self):
        reversal = self.ledger._reverse(Act("reverse", key="r"), self.spent)
        self.assertEqual(self.ledger._reverse(Act("reverse", key="r"), self.spent), reversal)
        with self.assertRaises(AlreadyResolved):
            self.ledger._reverse(Act("reverse"), self.spent)
        with self.assertRaises(AlreadyResolved):
            self.ledger._refund(Act("refund"), self.spent, 1)
        self.assertCard(self.card, 100)

    def test_partly_refunded_operation_is_not_reversed(self):
        self.ledger._refund(Act("refund"), self.spent, 1)
        with self.assertRaises(AlreadyResolved):
            self.ledger._reverse(Act("reverse"), self.spent)

    def test_taking_back_spent_points(self):
        earned = self.grant(self.other, 100)
        self.ledger._spend(Act("spend"), self.other, 80)
        with self.assertRaises(InsufficientBalance):
            self.ledger._reverse(Act("reverse"), earned)
        self.assertCard(self.other, 20)
        self.points_program.debt_allowed = True
        self.ledger._reverse(Act("reverse"), earned)
        self.assertCard(self.other, -80, debt=80)
        with self.assertRaises(InsufficientBalance):
            self.ledger._spend(Act("spend"), self.other, 1)
        self.grant(self.other, 100)
        self.assertCard(self.other, 20)

    def test_reversed_take_back_clears_its_debt(self):
        self.points_program.debt_allowed = True
        earned = self.grant(self.other, 100)
        self.ledger._spend(Act("spend"), self.other, 80)
        reversal = self.ledger._reverse(Act("reverse"), earned)
        self.ledger._reverse(Act("reverse"), reversal)
        self.assertCard(self.other, 20)

    def test_transfer_is_reversed_on_both_sides(self):
        self.ledger._grant(Act("issue"), self.gift, 50)
        target = self.env["loyalty.card"].create({"program_id": self.gift_program.id, "partner_id": self.bob.id})
        moved = self.ledger._transfer(Act("transfer"), self.gift, target, 50)
        self.ledger._reverse(Act("reverse"), moved)
        self.assertCard(self.gift, 50)
        self.assertCard(target, 0)
