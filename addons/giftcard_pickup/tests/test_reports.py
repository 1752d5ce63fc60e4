from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Datetime
from odoo.tests import HttpCase, tagged

from .common import PickupCase


@tagged("post_install", "-at_install")
class TestReports(PickupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reviewer = cls._make_user("reviewer_east", "giftcard_pickup.group_reviewer")
        cls.auditor = cls._make_user("auditor_east", "giftcard_points.group_auditor")
        cls.kitchen = cls.env["giftcard.reward.category"].create({"name": "Kitchen"})
        cls.reward.category_id = cls.kitchen
        cls.now = Datetime.now()

    def rows(self, user=None):
        report = self.env["giftcard.redemption.report"].with_user(user or self.auditor)
        return report.search([("store_id", "=", self.store.id)], order="id")

    def story(self):
        """One handed over after 2 hours of review and 5 of waiting, one rejected after 4, one to be decided."""
        with freeze_time(self.now - timedelta(hours=10)):
            done, rejected = self.submit(2, key="done"), self.submit(1, key="rejected")
        with freeze_time(self.now - timedelta(hours=8)):
            done._approve()
        with freeze_time(self.now - timedelta(hours=6)):
            rejected._reject("no")
        with freeze_time(self.now - timedelta(hours=3)):
            self.hand_over(done.pickup_code_ids.digits)
        self.submit(1, key="waiting")
        return done, rejected

    def test_redemption_report(self):
        self.story()
        self.env.flush_all()
        done, rejected, waiting = self.rows()
        self.assertEqual(
            done.mapped(lambda row: (row.asked, row.redeemed, row.handed_over, row.points)), [(2, 2, 2, 20)]
        )
        self.assertEqual((done.category_id, done.reward_id), (self.kitchen, self.reward))
        self.assertEqual((done.rejected, done.review_hours, done.pickup_hours), (0, 2, 5))
        self.assertEqual((rejected.asked, rejected.redeemed, rejected.points), (1, 0, 0))
        self.assertEqual((rejected.rejected, rejected.review_hours), (1, 4))
        self.assertEqual((waiting.redeemed, waiting.handed_over, waiting.points), (1, 0, 10))
        [(rate, review, pickup)] = self.env["giftcard.redemption.report"]._read_group(
            [("store_id", "=", self.store.id)], [], ["rejected:avg", "review_hours:avg", "pickup_hours:avg"]
        )
        # What waits is neither rejected nor decided, and does not count.
        self.assertEqual((rate, review, pickup), (0.5, 3, 5))

    def test_lists_given_up_and_returned(self):
        draft = self.redemptions._draft(self.bob, self.company)
        draft._set_item(self.reward, 1)
        part = self.ready(quantity=3)
        code = part.pickup_code_id.token
        parts = [{"line_id": part.line_ids.id, "quantity": 2}]
        with self.enter_registry_test_mode():
            self.codes.with_user(self.clerk)._hand_over(code, self.store, parts)
        part._cancel("Enough")
        picking = part.picking_ids.filtered(lambda picking: picking.state == "done")
        wizard = self.env["stock.return.picking"].with_context(active_id=picking.id, active_model="stock.picking")
        wizard = wizard.create({})
        wizard.product_return_moves.quantity = 1
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.write({"quantity": 1, "picked": True})
        back.with_context(skip_sms=True).button_validate()
        self.env.flush_all()
        rows = self.env["giftcard.redemption.report"].search([("company_id", "=", self.company.id)])
        self.assertFalse(rows.filtered(lambda row: row.state == "draft"))
        row = rows.filtered(lambda row: row.redemption_id == part)
        self.assertEqual((row.asked, row.redeemed, row.handed_over, row.points), (3, 1, 2, 10))
        cover = self.env["giftcard.reward.cover"].search(
            [("store_id", "=", self.store.id), ("reward_id", "=", self.reward.id)]
        )
        self.assertEqual((cover.free, cover.redeemed), (2, 1))

    def test_variants_are_reported_in_the_main_rewards_category(self):
        self.service.main_id = self.reward
        self.submit(1, reward=self.service)
        self.env.flush_all()
        self.assertEqual(self.rows().category_id, self.kitchen)

    def test_stock_cover(self):
        self.put(self.mug, 20)
        self.company.partner_id.tz = "Asia/Shanghai"
        today = self.company._giftcard_today()
        for days in (30, 29):
            with freeze_time(Datetime.to_datetime(today) - timedelta(days=days) + timedelta(hours=1)):
                self.submit(1, key=str(days))
        self.submit(4, key="recent")
        self.submit(1, key="undone")._reject("no")
        self.env.flush_all()
        cover = self.env["giftcard.reward.cover"].with_user(self.auditor)
        domain = [("store_id", "=", self.store.id), ("reward_id", "in", (self.reward | self.service).ids)]
        row = cover.search(domain)
        self.assertEqual((row.reward_id, row.free, row.redeemed), (self.reward, 14, 5))
        self.assertAlmostEqual(row.cover_days, 14 * 30 / 5)

    def test_board(self):
        board = self.env["giftcard.pickup.dashboard"].with_user(self.reviewer)
        before = {tile["name"]: tile["value"] for tile in board.action_board(7)["tiles"]}
        self.story()
        with freeze_time(self.now - timedelta(days=10)):
            self.submit(1, key="before", reward=self.service)
        self.env.flush_all()
        after = {tile["name"]: tile for tile in board.action_board(7)["tiles"]}
        self.assertEqual(after["redemptions"]["value"] - before["redemptions"], 3)
        self.assertEqual(after["redeemed"]["value"] - before["redeemed"], 3)
        self.assertEqual(after["points"]["value"] - before["points"], 30)
        self.assertGreaterEqual(after["redeemed"]["before"], 1)
        for chart in board.action_board(90)["charts"]:
            view = self.env["ir.ui.view"].browse(chart["view_id"])
            self.assertEqual((view.model, view.type), (chart["model"], chart["type"]))
        with self.assertRaises(ValidationError):
            board.action_board(10**9)

    def test_who_reads(self):
        self.story()
        self.env.flush_all()
        self.assertEqual(len(self.rows(self.reviewer)), 3)
        plain = self._make_user("plain_east", "base.group_user,stock.group_stock_user")
        for user in (self.clerk, plain):
            for model in ("giftcard.redemption.report", "giftcard.reward.cover"):
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])
            with self.assertRaises(AccessError):
                self.env["giftcard.pickup.dashboard"].with_user(user).action_board(30)
        company = self.env["res.company"].create({"name": "Other"})
        foreign = self._make_user("foreign", "giftcard_pickup.group_reviewer")
        foreign.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        self.assertFalse(self.rows(foreign))
        self.assertFalse(
            self.env["giftcard.reward.cover"].with_user(foreign).search([("store_id", "=", self.store.id)])
        )


@tagged("post_install", "-at_install")
class TestDashboardScreen(PickupCase, HttpCase):
    def test_dashboard_leads_to_the_reports(self):
        reviewer = self._make_user("reviewer_east", "giftcard_pickup.group_reviewer")
        self.submit(2)
        action = self.env.ref("giftcard_pickup.giftcard_pickup_dashboard_action")
        self.start_tour(f"/odoo/action-{action.id}", "giftcard_pickup_dashboard", login=reviewer.login)
