from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Datetime
from odoo.tests import tagged

from ..exceptions import (
    DailyQuotaReached,
    LimitReached,
    MemberLimitReached,
    NotOpenYet,
    OfferEnded,
    RewardNotAvailable,
    RewardNotInStore,
    TierRequired,
)
from .common import PickupCase


@tagged("post_install", "-at_install")
class TestRewardTerms(PickupCase):
    """Opening times, tiers, stores, quota of a day, limit of a member."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gold, cls.silver = cls.env["giftcard.tier"].create(
            [
                {"name": "Test gold", "threshold": 987654321, "early_access_hours": 24},
                {"name": "Test silver", "threshold": 987654320},
            ]
        )
        cls.company.partner_id.tz = "Asia/Shanghai"
        cls.put(cls.mug, 50)
        cls.other_card = cls.bob._member_card(cls.points_program)
        cls.env["giftcard.ledger"]._grant(cls._act(), cls.other_card, 100)

    @classmethod
    def _act(cls):
        from odoo.addons.giftcard_points.models.ledger.act import Act

        return Act("earn")

    def redeem(self, quantity=1, member=None, reward=None):
        self.number = getattr(self, "number", 0) + 1
        return self.submit(quantity, key=f"key {self.number}", member=member, reward=reward)

    @contextmanager
    def late(self):
        """Only the guarded statements decide, as for an order that was let through just before."""
        with patch.object(type(self.redemptions), "_check_orderable", lambda order, rewards: None):
            yield

    def assertRefused(self, refusal, available=None, **kwargs):
        """Refused early, and again by the guarded statements alone; nothing is left of it."""
        before = (self.reward.redeemed, self.redemptions.search_count([]))
        with self.assertRaises(refusal) as refused:
            self.redeem(**kwargs)
        with self.late(), self.assertRaises(refusal) as later:
            self.redeem(**kwargs)
        self.env.invalidate_all()
        self.assertEqual(before, (self.reward.redeemed, self.redemptions.search_count([])))
        for raised in (refused, later):
            self.assertEqual((type(raised.exception), raised.exception.code), (refusal, refusal.code))
            if available is not None:
                self.assertEqual(raised.exception.available, available)

    def test_opening_times(self):
        now = Datetime.now()
        self.reward.write({"opens_at": now + timedelta(hours=1), "closes_at": now + timedelta(hours=2)})
        self.assertEqual(self.reward.phase, "upcoming")
        self.assertRefused(NotOpenYet)
        with freeze_time(now + timedelta(minutes=61)):
            self.reward.invalidate_recordset(["phase"])
            self.assertEqual(self.reward.phase, "open")
            self.redeem()
        with freeze_time(now + timedelta(hours=2)):
            self.reward.invalidate_recordset(["phase"])
            self.assertEqual(self.reward.phase, "closed")
            self.assertRefused(OfferEnded)

    def test_early_access(self):
        now = Datetime.now()
        self.reward.opens_at = now + timedelta(hours=30)
        self.alice.member_tier_id = self.gold
        self.bob.member_tier_id = self.silver
        self.assertRefused(NotOpenYet)
        with freeze_time(now + timedelta(hours=7)):
            self.redeem()
            with self.assertRaises(NotOpenYet):
                self.redeem(member=self.bob)
        self.assertEqual(self.reward._opens_for(self.gold), now + timedelta(hours=6))

    def test_tiers(self):
        self.reward.tier_ids = self.gold
        self.assertRefused(TierRequired)
        self.alice.member_tier_id = self.silver
        self.assertRefused(TierRequired)
        self.reward.tiers_only = True
        self.assertRefused(RewardNotAvailable)
        self.alice.member_tier_id = self.gold
        self.redeem()

    def test_stores(self):
        west = self.store.copy({"name": "West", "code": "W"})
        self.reward.store_ids = west
        self.assertRefused(RewardNotInStore)
        self.assertEqual(self.reward._available(self.store), {self.reward.id: 0})
        self.assertEqual(self.reward._available(west), {self.reward.id: 50})
        self.reward.store_ids |= self.store
        self.redeem()
        empty = self.env["stock.warehouse"].create({"name": "Empty", "code": "EMPT"})
        self.reward.store_ids = west.copy({"name": "Empty", "code": "M", "warehouse_id": empty.id})
        self.assertEqual(self.reward._available(), {self.reward.id: 0})

    def test_delisted(self):
        self.reward.delisted_on = Datetime.now()
        self.assertRefused(RewardNotAvailable)

    def test_terms_of_variants_are_the_main_rewards(self):
        self.reward.main_id = self.service
        self.service.tier_ids = self.gold
        self.assertRefused(TierRequired)
        self.service.write({"tier_ids": False, "closes_at": "2020-01-01 00:00:00"})
        self.assertRefused(OfferEnded)

    def test_redeemed_out_is_said_early(self):
        self.reward.quota = 1
        self.redeem()
        self.assertRefused(LimitReached, available=0)

    def test_quota_of_a_day(self):
        self.reward.daily_quota = 3
        with freeze_time(datetime(2026, 11, 22, 15, 59)):
            self.assertRefused(DailyQuotaReached, available=3, quantity=4)
            taken = self.redeem(2)
            self.assertEqual(taken.counted_on.isoformat(), "2026-11-22")
            self.assertRefused(DailyQuotaReached, available=1, quantity=2)
            self.redeem(1, member=self.bob)
            self.assertRefused(DailyQuotaReached, available=0)
            self.assertEqual(self.reward.redeemed_today, 3)
            self.assertEqual(self.reward._available(self.store), {self.reward.id: 0})
        with freeze_time(datetime(2026, 11, 22, 16, 0)):
            # It is the next day in Shanghai; what was taken the day before comes back to that day.
            self.reward.invalidate_recordset()
            self.assertEqual(self.reward._available(self.store), {self.reward.id: 3})
            self.redeem(3, member=self.bob)
            taken._cancel("changed my mind")
            self.assertRefused(DailyQuotaReached, available=0)
        days = self.env["giftcard.reward.day"].search([("reward_id", "=", self.reward.id)], order="day")
        self.assertEqual(days.mapped("pieces"), [1, 3])

    def test_what_is_undone_comes_back_to_the_day(self):
        self.reward.daily_quota = 1
        self.redeem()._reject("no")
        self.redeem()

    def test_daily_quota_set_later_counts_what_was_taken_before(self):
        self.redeem(2)
        self.reward.daily_quota = 2
        self.assertRefused(DailyQuotaReached, available=0)

    def test_limit_in_all(self):
        self.reward.member_limit = 2
        self.assertRefused(MemberLimitReached, available=2, quantity=3)
        taken = self.redeem(2)
        self.assertRefused(MemberLimitReached, available=0)
        self.redeem(2, member=self.bob)
        taken._cancel("changed my mind")
        self.assertEqual(self.reward._left_for(self.alice), 2)
        self.redeem(1)
        self.assertRefused(MemberLimitReached, available=1, quantity=2)

    def test_limit_of_a_period(self):
        self.reward.member_limit = 1
        # A Friday; the days after it are in the same week, then in the next one, then in the next month.
        friday, sunday, monday, next_month = (datetime(2026, 11, day, 4) for day in (27, 29, 30, 30))
        next_month += timedelta(days=1)
        for period, free in (
            ("day", (sunday, monday, next_month)),
            ("week", (monday,)),
            ("month", (next_month,)),
            ("ever", ()),
        ):
            with self.subTest(period=period):
                reward = self.reward.copy({"published": True, "member_limit": 1, "limit_period": period})
                redemptions = self.redemptions
                for when in (friday, *free):
                    with freeze_time(when):
                        redemptions |= self.redeem(reward=reward)
                        self.assertRefused(MemberLimitReached, available=0, reward=reward)
                if not free:
                    with freeze_time(next_month):
                        self.assertRefused(MemberLimitReached, available=0, reward=reward)
                redemptions._cancel("next case")
                use = self.env["giftcard.reward.use"].search([("reward_id", "=", reward.id)])
                self.assertEqual((use.pieces, use.pieces_month, use.pieces_week, use.pieces_day), (0, 0, 0, 0))

    def test_limit_set_later_counts_what_was_taken_before(self):
        self.redeem(2)
        self.reward.write({"member_limit": 2, "limit_period": "month"})
        self.assertRefused(MemberLimitReached, available=0)

    def test_limit_is_for_all_variants_together(self):
        self.reward.main_id = self.service
        self.service.member_limit = 2
        self.redeem(1)
        self.redeem(1, reward=self.service)
        self.assertRefused(MemberLimitReached, available=0)
        with self.assertRaises(MemberLimitReached):
            self.redeemed = self.redemptions._submit(
                self.bob, self.store, [(self.reward, 1), (self.service, 2)], "both"
            )

    def test_merged_members_have_had_what_both_had(self):
        self.reward.write({"member_limit": 3, "limit_period": "week"})
        with freeze_time(datetime(2026, 11, 23, 4)):
            self.redeem(1)
        with freeze_time(datetime(2026, 11, 24, 4)):
            done = self.redeem(1, member=self.bob)
            done._reject("no")
            self.redeem(2, member=self.bob)._approve()
            self.redemptions.search([("member_id", "=", self.alice.id)])._approve()
            wizard = self.env["base.partner.merge.automatic.wizard"].create(
                {"partner_ids": (self.alice | self.bob).ids, "dst_partner_id": self.alice.id}
            )
            wizard._merge((self.alice | self.bob).ids, self.alice)
            use = self.env["giftcard.reward.use"].search([("reward_id", "=", self.reward.id)])
            self.assertEqual((use.member_id, use.pieces, use.pieces_week, use.pieces_day), (self.alice, 3, 3, 2))
            self.env.invalidate_all()
            self.assertRefused(MemberLimitReached, available=0)
