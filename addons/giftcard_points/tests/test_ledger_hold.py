from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from odoo.addons.giftcard_points.exceptions import AlreadyResolved, InsufficientBalance, InvalidAmount
from odoo.addons.giftcard_points.models.ledger.act import Act

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestLedgerHold(LedgerCase):
    def setUp(self):
        super().setUp()
        self.grant(self.card, 100)

    def hold(self, amount, seconds=None, key="hold"):
        return self.ledger._hold(Act("spend", key=key), self.card, amount, seconds)

    def test_hold_sets_value_aside(self):
        self.hold(60)
        self.assertCard(self.card, 100, held=60)
        with self.assertRaises(InsufficientBalance):
            self.ledger._spend(Act("spend"), self.card, 41)
        with self.assertRaises(InsufficientBalance):
            self.hold(41, key="other")
        self.ledger._spend(Act("spend"), self.card, 40)
        self.assertCard(self.card, 60, held=60)

    def test_repeated_hold_is_one(self):
        self.assertEqual(self.hold(60), self.hold(60))
        self.assertCard(self.card, 100, held=60)

    def test_capture_takes_what_was_held(self):
        hold = self.hold(60)
        operation = self.ledger._capture(Act("spend", key="c"), hold)
        self.assertEqual(self.ledger._capture(Act("spend", key="c"), hold), operation)
        self.assertCard(self.card, 40)
        self.assertEqual((hold.state, hold.operation_id), ("captured", operation))

    def test_partial_capture_frees_the_rest(self):
        hold = self.hold(60)
        with self.assertRaises(InvalidAmount):
            self.ledger._capture(Act("spend"), hold, 61)
        self.ledger._capture(Act("spend"), hold, 25)
        self.assertCard(self.card, 75)

    def test_hold_resolves_once(self):
        hold = self.hold(60)
        self.ledger._release(hold)
        self.assertCard(self.card, 100)
        for resolve in (
            lambda: self.ledger._release(hold),
            lambda: self.ledger._capture(Act("spend"), hold),
        ):
            with self.assertRaises(AlreadyResolved):
                resolve()
        captured = self.hold(60, key="again")
        self.ledger._capture(Act("spend"), captured)
        with self.assertRaises(AlreadyResolved):
            self.ledger._release(captured)
        self.assertCard(self.card, 40)

    def test_lapsed_hold_gives_way(self):
        hold = self.hold(60, seconds=30)
        with freeze_time(fields.Datetime.now() + timedelta(seconds=31)):
            with self.assertRaises(AlreadyResolved):
                self.ledger._capture(Act("spend"), hold)
            self.ledger._spend(Act("spend"), self.card, 100)
        self.assertEqual(hold.state, "lapsed")
        self.assertCard(self.card, 0)

    def test_cron_releases_lapsed_holds(self):
        hold, kept = self.hold(60, seconds=30), self.hold(10, key="kept")
        with freeze_time(fields.Datetime.now() + timedelta(seconds=31)), self.enter_registry_test_mode():
            self.env.ref("giftcard_points.ir_cron_release_lapsed_holds").method_direct_trigger()
        self.assertEqual((hold.state, kept.state), ("lapsed", "open"))
        self.assertCard(self.card, 100, held=10)

    def test_spend_leaves_held_lots_alone(self):
        self.grant(self.card, 50, expires_on="2999-01-31")
        hold = self.hold(50)
        self.assertEqual(str(hold.lot_ids.lot_id.expires_on), "2999-01-31")
        spent = self.ledger._spend(Act("spend"), self.card, 20)
        self.assertFalse(spent.entry_ids.lot_use_ids.lot_id.expires_on)
        self.assertEqual(hold.lot_ids.lot_id.remaining, 50)
