from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.giftcard_points.exceptions import InsufficientBalance
from odoo.addons.giftcard_points.models.ledger.act import Act

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestLedgerExpiry(LedgerCase):
    def setUp(self):
        super().setUp()
        with freeze_time("2026-01-10 04:00:00"):
            self.grant(self.card, 40, expires_on="2026-01-31")
            self.grant(self.card, 60, expires_on="2026-06-30")

    def expire(self):
        with self.enter_registry_test_mode():
            self.env.ref("giftcard_points.ir_cron_expire_due_lots").method_direct_trigger()

    def test_value_expires_after_its_last_day(self):
        with freeze_time("2026-01-31 04:00:00"):
            self.expire()
            self.assertCard(self.card, 100)
        with freeze_time("2026-02-01 04:00:00"):
            self.expire()
            self.assertCard(self.card, 60)
            self.assertEqual(self.card.entry_ids.sorted("version")[-1].kind, "expire")
            self.expire()
            self.assertCard(self.card, 60)
        self.assertEqual(str(self.card.next_expiry_on), "2026-06-30")

    def test_due_value_is_not_spent_before_the_cron_ran(self):
        with freeze_time("2026-02-01 04:00:00"):
            with self.assertRaises(InsufficientBalance):
                self.ledger._spend(Act("spend"), self.card, 61)
            self.ledger._spend(Act("spend"), self.card, 60)
        self.assertCard(self.card, 0)

    def test_held_value_does_not_expire(self):
        with freeze_time("2026-01-31 04:00:00"):
            hold = self.ledger._hold(Act("spend"), self.card, 30)
        with freeze_time("2026-02-01 04:00:00"):
            self.expire()
            self.assertCard(self.card, 90, held=30)
            with self.assertRaises(InsufficientBalance):
                self.ledger._spend(Act("spend"), self.card, 61)
            self.ledger._spend(Act("spend"), self.card, 60)
            self.ledger._capture(Act("spend"), hold)
        self.assertCard(self.card, 0)

    def test_released_value_past_its_day_expires(self):
        with freeze_time("2026-01-31 04:00:00"):
            hold = self.ledger._hold(Act("spend"), self.card, 30)
        with freeze_time("2026-02-01 04:00:00"):
            self.expire()
            self.ledger._release(hold)
            with self.assertRaises(InsufficientBalance):
                self.ledger._spend(Act("spend"), self.card, 61)
            self.expire()
        self.assertCard(self.card, 60)

    def test_program_sets_the_validity(self):
        self.points_program.validity_months = 12
        with freeze_time("2026-01-31 04:00:00"):
            self.ledger._grant(Act("earn"), self.other, 5)
        self.assertEqual(str(self.other.lot_ids.expires_on), "2027-01-31")

    def test_a_lot_is_called_by_its_origin_and_last_day(self):
        self.grant(self.card, 10)
        names = self.card.lot_ids.sorted("id").mapped("display_name")
        self.assertEqual(names, ["Earned, 01/31/2026", "Earned, 06/30/2026", "Earned, no expiry"])
