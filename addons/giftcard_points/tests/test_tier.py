from datetime import timedelta

from freezegun import freeze_time
from psycopg2.errors import RestrictViolation

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.giftcard_points.models.ledger.act import Act

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestTier(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Tier = cls.env["giftcard.tier"]
        cls.Tier.search([]).active = False
        cls.Tier.flush_model()
        cls.base, cls.silver, cls.gold = cls.Tier.create(
            [
                {"name": "Base", "threshold": 0},
                {"name": "Silver", "threshold": 100},
                {"name": "Gold", "threshold": 500, "earn_multiplier": 2},
            ]
        )

    def review(self, days=0):
        with freeze_time(fields.Datetime.now() + timedelta(days=days)), self.enter_registry_test_mode():
            self.env["giftcard.tier.review"].search([]).unlink()
            self.env.ref("giftcard_points.ir_cron_review_tiers").method_direct_trigger()
        self.env.invalidate_all()

    def tell(self, kind="tier"):
        return self.alice.member_message_ids.filtered(lambda message: message.kind == kind)

    def test_rises_at_once_when_enough_is_earned(self):
        self.grant(self.card, 99)
        self.assertEqual(self.alice.member_tier_id, self.base)
        self.grant(self.card, 401)
        self.assertEqual(self.alice.member_tier_id, self.gold)
        changes = self.alice.member_tier_change_ids
        self.assertEqual(changes[0].from_tier_id, self.base)
        self.assertEqual((changes[0].to_tier_id, changes[0].reason, changes[0].growth), (self.gold, "rise", 500))
        self.assertEqual(self.alice.member_growth, 500)
        self.assertFalse(self.alice.member_next_tier_id)

    def test_who_joins_begins_in_the_first_tier(self):
        carol = self.env["res.partner"].create({"name": "Carol"})
        carol._join("backoffice")
        self.assertEqual(carol.member_tier_id, self.base)
        self.base.active = False
        self.base.flush_recordset()
        first = self.Tier.create({"name": "First", "threshold": 0})
        self.review()
        self.assertEqual(carol.member_tier_id, first)

    def test_progress_to_the_next_tier(self):
        self.grant(self.card, 125)
        self.assertEqual(self.alice.member_next_tier_id, self.gold)
        self.assertEqual((self.alice.member_growth_missing, self.alice.member_progress), (375, 25))

    def test_what_is_taken_back_does_not_count(self):
        operation = self.grant(self.card, 120)
        self.ledger._claw_back(Act("reverse"), operation, 70)
        self.assertEqual(self.alice.member_growth, 50)
        # Gifts and what is loaded are no growth.
        self.ledger._grant(Act("load"), self.card, 1000)
        self.assertEqual(self.alice.member_growth, 50)

    def test_falls_after_notice_and_grace(self):
        self.grant(self.card, 150)
        self.review(days=300)
        self.assertEqual((self.alice.member_tier_id, self.alice.member_tier_ends_on), (self.silver, False))
        self.review(days=400)
        self.assertEqual(self.alice.member_tier_id, self.silver)
        day = (fields.Datetime.now() + timedelta(days=430)).date()
        self.assertEqual(self.alice.member_tier_ends_on, day)
        self.assertIn(str(day), self.tell()[0].body)
        self.review(days=430)
        self.assertEqual(self.alice.member_tier_id, self.silver)
        self.review(days=431)
        self.assertEqual((self.alice.member_tier_id, self.alice.member_tier_ends_on), (self.base, False))
        self.assertEqual(self.alice.member_tier_change_ids[0].reason, "fall")

    def test_who_grows_again_in_the_grace_keeps_the_tier(self):
        self.grant(self.card, 150)
        self.review(days=400)
        self.assertTrue(self.alice.member_tier_ends_on)
        with freeze_time(fields.Datetime.now() + timedelta(days=410)):
            self.grant(self.card, 100)
        self.review(days=411)
        self.assertEqual((self.alice.member_tier_id, self.alice.member_tier_ends_on), (self.silver, False))

    def test_review_goes_on_where_it_was_stopped(self):
        (self.alice | self.bob).member_tier_id = False
        Review = self.env["giftcard.tier.review"]
        review = Review.create({"date": fields.Date.context_today(Review)})
        review.cursor = min(self.alice.id, self.bob.id) - 1
        self.assertEqual(review._step(1), 1)
        self.assertEqual(review.cursor, min(self.alice.id, self.bob.id))
        self.assertEqual(review._step(1), 1)
        self.env.invalidate_all()
        self.assertEqual((self.alice | self.bob).member_tier_id, self.base)
        while not review.done:
            review._step(1000)

    def test_money_spent_lifts_where_it_is_the_growth(self):
        self.env["ir.config_parameter"].set_param("giftcard_points.tier_source", "spend")
        product = self.env["product.product"].create({"name": "Shirt", "list_price": 120, "taxes_id": False})
        order = self.env["sale.order"].create(
            {"partner_id": self.alice.id, "order_line": [(0, 0, {"product_id": product.id})]}
        )
        order.action_confirm()
        self.assertEqual(self.alice.member_tier_id, self.silver)
        self.assertEqual(self.alice.member_growth, 120)

    def test_members_have_their_tiers_prices(self):
        self.env["res.config.settings"].create({"group_product_pricelist": True}).execute()
        cheap, own = self.env["product.pricelist"].create([{"name": "Gold"}, {"name": "Own"}])
        self.gold.pricelist_id = cheap
        self.assertNotEqual(self.alice.property_product_pricelist, cheap)
        self.grant(self.card, 500)
        self.assertEqual(self.alice.property_product_pricelist, cheap)
        self.alice.specific_property_product_pricelist = own
        self.assertEqual(self.alice.property_product_pricelist, own)

    def test_who_cannot_take_a_birthday_gift_keeps_nobody_from_his(self):
        self.base.write({"birthday_program_id": self.points_program.id, "birthday_amount": 50})
        self.env.ref("giftcard_points.ir_cron_birthday_gifts").active = True
        members = self.alice | self.bob
        members.sudo().member_tier_id = self.base
        self.grant(self.card, 40)
        members.write({"birth_month": "5", "birth_day": 9})
        self.points_program.max_balance = 60

        def run(noon):
            with freeze_time(noon), self.enter_registry_test_mode():
                self.env.ref("giftcard_points.ir_cron_birthday_gifts").method_direct_trigger()
            self.env.invalidate_all()

        with self.assertLogs("odoo.addons.giftcard_points.models.member.res_partner_birthday", "WARNING"):
            run("2026-05-09 12:00:00")
        self.assertEqual((self.card.balance, self.other.balance), (40, 50))
        self.ledger._spend(Act("spend"), self.card, 40)
        run("2026-05-11 12:00:00")
        self.assertEqual((self.card.balance, self.other.balance), (50, 50), "two days later, and once")
        self.ledger._spend(Act("spend"), self.card, 50)
        run("2027-05-12 12:00:00")
        self.assertEqual(self.card.balance, 0, "three days later it is over")

    def test_nobody_falls_out_of_the_tier_that_is_every_members(self):
        with freeze_time(fields.Datetime.now() - timedelta(days=500)):
            earned = self.grant(self.card, 10)
        self.alice.member_tier_id = self.base
        self.ledger._reverse(Act("reverse"), earned)
        self.assertEqual(self.alice.member_growth, -10)
        self.review()
        self.assertEqual((self.alice.member_tier_id, self.alice.member_tier_ends_on), (self.base, False))

    def test_birthdays_are_found_by_their_index(self):
        Partner = self.env["res.partner"]
        query = Partner._search(Partner._born_on(fields.Date.to_date("2026-05-09")))
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        plan = self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        self.assertIn("res_partner_birthday_index", str(plan))

    def test_birthday_gift_once_a_year(self):
        coupons = self._make_program("coupons", "Cake")
        self.gold.write({"birthday_program_id": self.points_program.id, "birthday_amount": 50})
        self.base.write({"birthday_program_id": coupons.id, "birthday_amount": 1})
        today = fields.Date.context_today(self.alice)
        (self.alice | self.bob).write({"birth_month": str(today.month), "birth_day": today.day})
        self.grant(self.card, 500)
        self.bob.member_tier_id = self.base
        for __ in range(2):
            with self.enter_registry_test_mode():
                self.env.ref("giftcard_points.ir_cron_birthday_gifts").method_direct_trigger()
        self.assertCard(self.card, 550)
        self.assertEqual(len(self.tell("birthday")), 1)
        cake = self.env["loyalty.card"].search([("program_id", "=", coupons.id)])
        self.assertEqual((cake.partner_id, cake.balance), (self.bob, 1))
        # A gift is no growth.
        self.assertEqual(self.alice.member_growth, 500)

    def test_born_on_29_february(self):
        self.alice.write({"birth_month": "2", "birth_day": 29})
        self.assertTrue(self.alice._has_birthday("day", fields.Date.to_date("2027-02-28")))
        self.assertFalse(self.alice._has_birthday("day", fields.Date.to_date("2028-02-28")))
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.alice.birth_day = 30

    def test_history_is_kept_and_auditors_change_nothing(self):
        self.grant(self.card, 100)
        change = self.alice.member_tier_change_ids[:1]
        with mute_logger("odoo.sql_db"), self.assertRaises(RestrictViolation), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE giftcard_tier_change SET reason = 'fall' WHERE id = %s", [change.id])
        auditor = self._make_user("tier_auditor", "giftcard_points.group_auditor")
        self.assertEqual(change.with_user(auditor).to_tier_id, self.silver)
        with self.assertRaises(AccessError):
            self.silver.with_user(auditor).threshold = 1
