from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestTierGrant(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["giftcard.tier"].search([]).active = False
        cls.env.flush_all()
        cls.plain, cls.silver, cls.gold = cls.env["giftcard.tier"].create(
            [{"name": name, "threshold": growth} for name, growth in (("Plain", 0), ("Silver", 50), ("Gold", 900000))]
        )
        cls.grants = cls.env["giftcard.tier.grant"]
        cls.env["giftcard.tier"]._raise_members(cls.alice)
        cls.today = fields.Date.context_today(cls.env.user)

    def review(self, days):
        with freeze_time(fields.Datetime.now() + timedelta(days=days)):
            self.env["giftcard.tier"]._decide(self.alice.ids)
        self.alice.invalidate_recordset()
        return self.alice.member_tier_id

    def test_from_the_first_to_the_last_day(self):
        grant = self.grants._give(self.alice, self.gold, 30, "k")
        self.assertEqual(self.alice.member_tier_id, self.gold)
        self.assertEqual(self.alice.member_tier_change_ids[:1].reason, "grant")
        self.assertEqual(self.review(29), self.gold)
        self.assertEqual(self.review(30), self.plain)
        self.assertEqual(self.alice.member_tier_change_ids[:1].reason, "end")
        self.assertTrue(grant.ended)

    def test_once_for_a_key(self):
        grant = self.grants._give(self.alice, self.gold, 30, "k")
        self.assertEqual(self.grants._give(self.alice, self.gold, 30, "k"), grant)
        self.assertEqual(grant.last_on, self.today + timedelta(days=29))

    def test_days_follow_each_other(self):
        self.grants._give(self.alice, self.gold, 30, "k")
        second = self.grants._give(self.alice, self.gold, 10, "l")
        self.assertEqual(second.first_on, self.today + timedelta(days=30))
        self.assertEqual(self.review(30), self.gold)
        self.assertEqual(self.review(40), self.plain)

    def test_who_has_grown_falls_to_what_he_has_grown_to(self):
        self.grants._give(self.alice, self.gold, 30, "k")
        self.grant(self.card, 60)
        self.assertEqual(self.alice.member_tier_id, self.gold)
        self.assertEqual(self.review(30), self.silver)

    def test_a_lower_one_changes_nothing(self):
        self.grant(self.card, 60)
        self.grants._give(self.alice, self.plain, 30, "k")
        self.assertEqual(self.alice.member_tier_id, self.silver)
        self.assertEqual(self.review(30), self.silver)

    def test_revoked(self):
        grant = self.grants._give(self.alice, self.gold, 30, "k")
        self.assertTrue(grant._revoke())
        self.assertEqual(self.alice.member_tier_id, self.plain)
        self.assertFalse(grant._revoke())

    def test_revoked_before_it_begins(self):
        self.grants._give(self.alice, self.gold, 30, "k")
        second = self.grants._give(self.alice, self.gold, 30, "l")
        self.assertTrue(second._revoke())
        self.assertEqual(self.alice.member_tier_id, self.gold)
        self.assertEqual(self.review(30), self.plain)

    def test_nobody_writes(self):
        grant = self.grants._give(self.alice, self.gold, 30, "k")
        manager = self._make_user("tier_grant_manager", "giftcard_points.group_manager")
        grant.with_user(manager).read(["tier_id"])
        for change in (
            lambda: grant.with_user(manager).write({"last_on": self.today}),
            lambda: grant.with_user(manager).unlink(),
            lambda: self.grants.with_user(manager).create({}),
        ):
            with self.assertRaises(AccessError):
                change()
