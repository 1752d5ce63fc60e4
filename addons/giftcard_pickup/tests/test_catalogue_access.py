from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import PickupCase

SHELVES = (
    "giftcard.reward.category",
    "giftcard.reward.tag",
    "giftcard.reward.picture",
    "giftcard.reward.specification",
)
COUNTERS = ("giftcard.reward.day", "giftcard.reward.use")
PIXEL = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@tagged("post_install", "-at_install")
class TestCatalogueAccess(PickupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reviewer = cls._make_user("reviewer_east", "giftcard_pickup.group_reviewer")
        cls.manager = cls._make_user("mall_manager", "giftcard_pickup.group_manager")
        cls.auditor = cls._make_user("auditor_east", "giftcard_points.group_auditor")
        cls.storeman = cls._make_user("storeman_east", "stock.group_stock_user")
        cls.plain = cls._make_user("plain_east", "base.group_user")
        cls.records = {
            "giftcard.reward.category": cls.env["giftcard.reward.category"].create({"name": "Kitchen"}),
            "giftcard.reward.tag": cls.env["giftcard.reward.tag"].create({"name": "Festival"}),
            "giftcard.reward.picture": cls.env["giftcard.reward.picture"].create(
                {"reward_id": cls.reward.id, "image_1920": PIXEL}
            ),
            "giftcard.reward.specification": cls.env["giftcard.reward.specification"].create(
                {"reward_id": cls.reward.id, "name": "Volume", "value": "0.3 l"}
            ),
        }

    def setUp(self):
        super().setUp()
        self.submit()
        self.records = self.records | {
            model: self.env[model].search([("reward_id", "=", self.reward.id)]) for model in COUNTERS
        }

    def test_who_reads(self):
        for model in (*SHELVES, *COUNTERS):
            readers = (self.reviewer, self.manager, self.auditor)
            for user in (*readers, self.clerk) if model in SHELVES else readers:
                self.assertEqual(
                    self.env[model].with_user(user).search([("id", "in", self.records[model].ids)]),
                    self.records[model],
                    model,
                )
            for user in (self.storeman, self.plain) if model in SHELVES else (self.storeman, self.plain, self.clerk):
                with self.assertRaises(AccessError):
                    self.records[model].with_user(user).read(["display_name"])

    def test_only_managers_change_the_shelves(self):
        for model in SHELVES:
            record = self.records[model]
            for user in (self.clerk, self.reviewer, self.auditor, self.storeman, self.plain):
                for change in (
                    lambda one=record, by=user: one.with_user(by).write({"sequence": 3}),
                    lambda one=record, by=user: one.with_user(by).unlink(),
                ):
                    with self.assertRaises(AccessError):
                        change()
            record.with_user(self.manager).write({"sequence": 3})

    def test_nobody_changes_counters(self):
        for model in COUNTERS:
            for user in (self.clerk, self.reviewer, self.manager, self.auditor):
                with self.assertRaises(AccessError):
                    self.records[model].with_user(user).write({"pieces": 0})
                with self.assertRaises(AccessError):
                    self.records[model].with_user(user).unlink()

    def test_another_company_sees_nothing(self):
        company = self.env["res.company"].create({"name": "Other"})
        foreign = self._make_user("foreign", "giftcard_pickup.group_manager,giftcard_points.group_auditor")
        foreign.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        for model in ("giftcard.reward.picture", "giftcard.reward.specification", *COUNTERS):
            self.assertFalse(self.env[model].with_user(foreign).search([("id", "in", self.records[model].ids)]), model)

    def test_manager_sets_a_reward_up(self):
        with Form(self.env["giftcard.reward"].with_user(self.manager)) as form:
            form.product_id = self.mug
            form.program_id = self.points_program
            form.points_price = 5
            form.category_id = self.records["giftcard.reward.category"]
            form.member_limit = 2
            form.opens_at = "2026-01-01 00:00:00"
            with form.specification_ids.new() as row:
                row.name, row.value = "Colour", "White"
        reward = form.save()
        self.assertEqual(reward.specification_ids.value, "White")
        self.assertEqual(reward.with_user(self.clerk).availability, "available")
        for user in (self.clerk, self.reviewer):
            with self.assertRaises(AccessError):
                reward.with_user(user).action_relist()
            with self.assertRaises(AccessError):
                reward.with_user(user).write({"daily_quota": 9})
