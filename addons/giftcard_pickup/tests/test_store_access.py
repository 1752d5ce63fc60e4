from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import PickupCase


@tagged("post_install", "-at_install")
class TestStoreAccess(PickupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.west = cls.store.copy({"name": "West", "code": "W", "user_ids": [(5,)]})
        cls.picture = (
            b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        )
        cls.manager = cls._make_user("store_manager", "giftcard_points.group_manager")

    def parts(self, store):
        return [
            ("giftcard.store.hours", {"store_id": store.id, "weekday": "0"}),
            ("giftcard.store.special.day", {"store_id": store.id, "name": "Fair", "date_from": "2026-05-01"}),
            ("giftcard.store.photo", {"store_id": store.id, "image_1920": self.picture}),
        ]

    def test_staff_look_after_their_own_store(self):
        for model, vals in self.parts(self.store):
            part = self.env[model].with_user(self.clerk).create(vals)
            part.write({"store_id": self.store.id})
            part.unlink()
        self.store.with_user(self.clerk).action_pause()
        with Form(self.store.with_user(self.clerk)) as form:
            form.pause_note = "Back at two"
            with form.hours_ids.new() as hours:
                hours.weekday = "2"
        self.store.with_user(self.clerk).image_1920 = self.picture
        self.assertEqual((self.store.paused, self.store.hours_ids.opens), (True, 10))

    def test_others_are_out_of_reach(self):
        clerk = self.west.with_user(self.clerk)
        self.assertEqual(clerk.name, "West")
        for change in (clerk.action_pause, clerk.action_resume, lambda: clerk.write({"pause_note": "x"}), clerk.unlink):
            with self.assertRaises(AccessError):
                change()
        for model, vals in self.parts(self.west):
            part = self.env[model].create(vals)
            for change in (
                lambda part=part: part.with_user(self.clerk).write({"store_id": self.west.id}),
                lambda part=part: part.with_user(self.clerk).unlink(),
            ):
                with self.assertRaises(AccessError):
                    change()
            part.unlink()
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.clerk).create(vals)

    def test_days_of_all_stores_are_the_managers(self):
        day = {"name": "Holiday", "date_from": "2026-10-01"}
        with self.assertRaises(AccessError):
            self.env["giftcard.store.special.day"].with_user(self.clerk).create(day)
        self.assertTrue(self.env["giftcard.store.special.day"].with_user(self.manager).create(day).closed)

    def test_settings_of_a_store_are_the_managers(self):
        for vals in ({"user_ids": [(5,)]}, {"warehouse_id": False}, {"latitude": 1}, {"name": "Mine"}, {"tz": "UTC"}):
            with self.assertRaises(AccessError):
                self.store.with_user(self.clerk).write({**vals, "pause_note": "x"})
            self.store.with_user(self.manager).write(vals)

    def test_each_role_opens_the_screens(self):
        for groups in (
            "base.group_user",
            "giftcard_pickup.group_clerk",
            "giftcard_pickup.group_reviewer",
            "giftcard_points.group_auditor",
            "stock.group_stock_user",
        ):
            user = self._make_user(f"screen_{groups}", groups)
            Form(self.store.with_user(user))
            for kind in ("kanban", "list"):
                self.env["giftcard.store"].with_user(user).get_view(view_type=kind)
