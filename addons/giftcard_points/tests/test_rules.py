from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError

from odoo.addons.giftcard_points.exceptions import LimitExceeded, RealNameRequired
from odoo.addons.giftcard_points.models.ledger.act import Act
from odoo.addons.giftcard_points.models.ledger.giftcard_ledger import Grant

from .test_sale_cancel import SaleCase
from .test_top_up import TopUpCase


class TestLimits(TopUpCase):
    """A program's limits hold on every way to value."""

    def test_highest_balance(self):
        self.program.max_balance = 1000
        self.load(900 - 50)
        self.assertCard(self.wallet, 900)
        with self.assertRaises(LimitExceeded) as refusal:
            self.load(100.01)
        self.assertEqual(refusal.exception.available, 100)
        self.load(100)
        for way in (
            lambda: self.ledger._grant(Act("adjust"), self.wallet, 1),
            lambda: self.ledger._grant_many([Grant(Act("load"), self.wallet.id, 1, "bonus")]),
            lambda: setattr(self.wallet, "points", self.wallet.points + 1),
        ):
            with self.assertRaises(LimitExceeded), self.env.cr.savepoint():
                way()
        self.env.invalidate_all()
        self.assertCard(self.wallet, 1000)

    def test_bonus_counts_for_the_balance(self):
        self.program.max_balance = 540
        with self.assertRaises(LimitExceeded):
            self.load(500)

    def test_one_refusal_refuses_all(self):
        self.program.max_balance = 100
        other = self.bob._member_card(self.program)
        with self.assertRaises(LimitExceeded), self.env.cr.savepoint():
            self.ledger._grant_many(
                [Grant(Act("load"), self.wallet.id, 50, "paid"), Grant(Act("load"), other.id, 101, "paid")]
            )
        self.env.invalidate_all()
        self.assertEqual((self.wallet.balance, other.balance), (0, 0))

    def test_transfers_and_gifts_are_held_to_it(self):
        self.load(400)
        other = self.bob._member_card(self.program)
        self.load(90, other)
        __, token = self.env["giftcard.gift"]._offer(Act("gift"), self.wallet, 50)
        self.program.max_balance = 100
        with self.assertRaises(LimitExceeded) as refusal, self.env.cr.savepoint():
            self.ledger._transfer(Act("transfer"), self.wallet, other, 11)
        self.assertEqual(refusal.exception.available, 10)
        with self.assertRaises(LimitExceeded), self.env.cr.savepoint():
            self.env["giftcard.gift"]._claim(token, self.bob)
        self.env.invalidate_all()
        self.assertCard(other, 90)

    def test_value_comes_home_beyond_it(self):
        self.load(100)
        gift, __ = self.env["giftcard.gift"]._offer(Act("gift"), self.wallet, 50)
        spend = self.ledger._spend(Act("spend"), self.wallet, 20)
        self.program.max_balance = 40
        gift._recall()
        self.ledger._refund(Act("refund"), spend)
        self.assertCard(self.wallet, 100)
        self.assertCard(self.wallet._replace(self.wallet._act("replace", "lost")), 100)

    def test_value_comes_home_to_the_card_that_took_over_too(self):
        self.load(100)
        spend = self.ledger._spend(Act("spend"), self.wallet, 20)
        successor = self.wallet._replace(self.wallet._act("replace", "lost"))
        self.wallet.sudo().expiration_date = fields.Date.today() - timedelta(days=1)
        self.program.max_balance = 40
        self.ledger._refund(Act("refund"), spend)
        self.assertCard(successor, 100)

    def test_highest_load(self):
        self.program.max_load = 500
        self.load(500)
        with self.assertRaises(LimitExceeded) as refusal:
            self.load(500.01)
        self.assertEqual(refusal.exception.available, 500)
        self.assertCard(self.wallet, 550)

    def test_repeat_is_no_second_load(self):
        self.program.max_balance = 100
        first = self.load(100, key="once")
        self.assertEqual(self.load(100, key="once"), first)

    def test_day_limit(self):
        self.load(450)
        self.program.daily_limit = 100
        spend = self.ledger._spend(Act("spend", key="once"), self.wallet, 60)
        hold = self.ledger._hold(Act("spend"), self.wallet, 30)
        with self.assertRaises(LimitExceeded) as refusal:
            self.ledger._spend(Act("spend"), self.wallet, 11)
        self.assertEqual(refusal.exception.available, 10)
        with self.assertRaises(LimitExceeded):
            self.ledger._hold(Act("spend"), self.wallet, 11)
        with self.assertRaises(LimitExceeded):
            self.env["giftcard.gift"]._offer(Act("gift"), self.wallet, 11)
        with self.assertRaises(LimitExceeded), self.env.cr.savepoint():
            self.wallet.points -= 11
        # A repeat counts once; what is not used of a hold counts no more.
        self.assertEqual(self.ledger._spend(Act("spend", key="once"), self.wallet, 60), spend)
        capture = Act("spend")
        self.ledger._capture(capture, hold, 5)
        self.ledger._capture(capture, hold, 5)
        self.assertEqual(self.wallet.used_today, 65)
        other = self.ledger._hold(Act("spend"), self.wallet, 35)
        self.ledger._release(other)
        self.assertEqual(self.wallet.used_today, 65)
        self.ledger._spend(Act("spend"), self.wallet, 35)
        with self.assertRaises(LimitExceeded):
            self.ledger._spend(Act("spend"), self.wallet, 0.01)
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self.ledger._spend(Act("spend"), self.wallet, 100)

    def test_lapsed_holds_do_not_count(self):
        self.load(450)
        self.program.daily_limit = 100
        hold = self.ledger._hold(Act("spend"), self.wallet, 100, seconds=60)
        self.env.cr.execute("UPDATE giftcard_hold SET expires_at = now() - interval '1 hour' WHERE id = %s", [hold.id])
        hold.invalidate_recordset()
        self.ledger._spend(Act("spend"), self.wallet, 100)
        self.assertEqual(self.wallet.used_today, 100)

    def test_the_counter_is_the_ledgers(self):
        with self.assertRaises(AccessError):
            self.wallet.used_today = 0

    def test_points_know_no_limits(self):
        self.grant(self.card, 1000000)


class TestRealName(SaleCase):
    """Who buys for much money is known by name."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.real_name_from = 1000
        cls.gift_program.real_name_from = 300

    def test_load_of_a_wallet(self):
        self.load(999)
        with self.assertRaises(RealNameRequired), self.env.cr.savepoint():
            self.load(1000)
        self.alice.action_verify_name()
        self.load(1000, key="verified")
        self.alice.action_unverify_name()
        self.load(1000, key="verified")

    def test_cards_of_one_order_count_together(self):
        self.sell(self.gift_product, 2).action_confirm()
        order = self.sell(self.gift_product, 3)
        with self.assertRaises(RealNameRequired), self.env.cr.savepoint():
            order.action_confirm()
        self.env.invalidate_all()
        self.alice.action_verify_name()
        order.action_confirm()
        self.assertEqual(self.gift_cards(order).mapped("balance"), [100, 100, 100])

    def test_unknown_buyer_of_a_dear_card(self):
        with self.assertRaises(RealNameRequired):
            self.ledger._grant(Act("issue"), self.gift, 300)
        self.ledger._grant(Act("issue"), self.gift, 299)
        self.ledger._grant(Act("adjust"), self.gift, 300)

    def test_who_verifies(self):
        officer = self._make_user("name_officer", "giftcard_points.group_officer")
        other = self._make_user("name_other", "base.group_partner_manager")
        with self.assertRaises(AccessError):
            self.alice.with_user(other).action_verify_name()
        with self.assertRaises(AccessError):
            self.alice.with_user(other).write({"real_name_verified": True})
        self.alice.with_user(officer).action_verify_name()
        self.assertEqual((self.alice.real_name_verified, self.alice.real_name_verified_by_id), (True, officer))
        self.alice.with_user(other).write({"name": "Alice"})
        self.assertTrue(self.alice.real_name_verified)
        self.alice.with_user(other).write({"name": "Alicia"})
        self.assertFalse(self.alice.real_name_verified)

    def test_chinese_templates(self):
        Program = self.env["loyalty.program"].with_context(menu_type="gift_ewallet")
        self.assertLessEqual({"cn_registered", "cn_bearer"}, Program.get_program_templates().keys())
        registered, bearer = (
            Program.browse(Program.create_from_template(template)["res_id"])
            for template in ("cn_registered", "cn_bearer")
        )
        self.assertEqual(
            (registered.program_type, registered.max_balance, registered.validity_months, registered.refund_days),
            ("ewallet", 5000, 0, 7),
        )
        self.assertEqual(
            (bearer.program_type, bearer.max_balance, bearer.validity_months, bearer.real_name_from),
            ("gift_card", 1000, 36, 10000),
        )
        wallet = self.alice._member_card(registered)
        with self.assertRaises(RealNameRequired):
            self.load(100, wallet)
        self.alice.action_verify_name()
        with self.assertRaises(LimitExceeded):
            self.load(5001, wallet)
        self.load(5000, wallet)
        self.assertFalse(wallet.lot_ids.expires_on)
        card = self.env["loyalty.card"].create({"program_id": bearer.id})
        with self.assertRaises(LimitExceeded):
            self.ledger._grant(Act("issue"), card, 1001)
        self.ledger._grant(Act("issue"), card, 1000)
        self.assertGreaterEqual(card.lot_ids.expires_on, self.today + timedelta(days=3 * 365))

    def test_paid_out_by_managers(self):
        self.load(500)
        officer = self._make_user("payout_officer", "giftcard_points.group_officer")
        manager = self._make_user("payout_manager", "giftcard_points.group_manager")
        values = {"card_ids": [Command.set(self.wallet.ids)], "kind": "payout", "amount": 120, "reason": "moves away"}
        with self.assertRaises(AccessError):
            self.env["giftcard.card.change"].with_user(officer).create(values).action_apply()
        wizard = self.env["giftcard.card.change"].with_user(manager).create(values)
        self.assertTrue(wizard.final)
        wizard.action_apply()
        wizard.action_apply()
        self.assertCard(self.wallet, 430)
