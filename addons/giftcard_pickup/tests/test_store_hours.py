from datetime import datetime

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exceptions import StorePaused
from .common import PickupCase

# Monday; Shanghai is eight hours ahead of UTC.
MONDAY_NOON = "2026-03-02 04:00:00"


@tagged("post_install", "-at_install")
class TestStoreHours(PickupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store.tz = "Asia/Shanghai"

    def hours(self, *spans):
        self.store.hours_ids = [
            (0, 0, {"weekday": str(day), "opens": opens, "closes": closes}) for day, opens, closes in spans
        ]

    def special(self, date_from, opens=None, closes=None, date_to=None, store=None):
        return self.env["giftcard.store.special.day"].create(
            {
                "name": "Special",
                "store_id": store.id if store else False,
                "date_from": date_from,
                "date_to": date_to or date_from,
                "closed": opens is None,
                "opens": opens or 0,
                "closes": closes or 0,
            }
        )

    def at(self, moment):
        """:return: (is open, closes at, opens at) at a moment of UTC; the search must agree."""
        with freeze_time(moment):
            self.env.invalidate_all()
            found = self.env["giftcard.store"].search([("is_open", "=", True), ("id", "=", self.store.id)])
            others = self.env["giftcard.store"].search([("is_open", "!=", True), ("id", "=", self.store.id)])
            self.assertEqual(self.store.is_open, bool(found), moment)
            self.assertNotEqual(bool(found), bool(others))
            return self.store.is_open, self.store.closes_at, self.store.opens_at

    def test_several_spans_a_day(self):
        self.hours((0, 9, 12), (0, 14, 20.5), (3, 9, 10))
        self.assertEqual(self.at("2026-03-02 00:59:59"), (False, False, datetime(2026, 3, 2, 1)))
        self.assertEqual(self.at("2026-03-02 01:00:00"), (True, datetime(2026, 3, 2, 4), False))
        self.assertEqual(self.at("2026-03-02 04:00:00"), (False, False, datetime(2026, 3, 2, 6)))
        self.assertEqual(self.at("2026-03-02 12:29:59"), (True, datetime(2026, 3, 2, 12, 30), False))
        self.assertEqual(self.at("2026-03-02 12:30:00"), (False, False, datetime(2026, 3, 5, 1)))

    def test_past_midnight(self):
        self.hours((6, 18, 2))
        self.assertEqual(self.at("2026-03-01 17:59:59"), (True, datetime(2026, 3, 1, 18), False))
        self.assertEqual(self.at("2026-03-01 18:00:00"), (False, False, datetime(2026, 3, 8, 10)))

    def test_round_the_clock(self):
        self.hours(*((day, 0, 24) for day in range(7)))
        self.assertEqual(self.at("2026-03-01 16:00:00"), (True, False, False))

    def test_the_clock_of_the_store(self):
        self.store.tz = "Europe/Paris"
        self.hours((6, 9, 10))
        self.assertTrue(self.at("2026-03-22 08:30:00")[0])
        self.assertTrue(self.at("2026-03-29 07:30:00")[0], "summer time has begun")
        self.assertFalse(self.at("2026-03-29 08:30:00")[0])

    def test_without_hours(self):
        self.assertEqual(self.at(MONDAY_NOON), (False, False, False))

    def test_holiday(self):
        self.hours(*((day, 9, 18) for day in range(7)))
        self.special("2026-02-16", date_to="2026-03-02")
        self.assertEqual(self.at("2026-02-16 04:00:00"), (False, False, datetime(2026, 3, 3, 1)))
        self.assertTrue(self.at("2026-02-15 04:00:00")[0])

    def test_special_hours(self):
        self.hours((0, 9, 18))
        self.special("2026-03-02", 10, 12)
        self.special("2026-03-02", 13, 14)
        self.assertFalse(self.at("2026-03-02 01:30:00")[0])
        self.assertTrue(self.at("2026-03-02 03:00:00")[0])
        self.assertEqual(self.at(MONDAY_NOON), (False, False, datetime(2026, 3, 2, 5)))

    def test_days_of_the_store_come_before_those_of_all(self):
        self.hours((0, 9, 18))
        self.special("2026-03-02")
        self.assertFalse(self.at(MONDAY_NOON)[0])
        self.special("2026-03-02", 11, 13, store=self.store)
        self.assertEqual(self.at(MONDAY_NOON)[:2], (True, datetime(2026, 3, 2, 5)))
        other = self.store.copy({"name": "West", "code": "W"})
        with freeze_time(MONDAY_NOON):
            self.assertFalse(other.is_open)

    def test_days_of_another_company_do_not_count(self):
        self.hours((0, 9, 18))
        self.special("2026-03-02").company_id = self.env["res.company"].create({"name": "Other"})
        self.assertTrue(self.at(MONDAY_NOON)[0])

    def test_open_and_closed_at_once_is_refused(self):
        self.special("2026-03-01", date_to="2026-03-03")
        with self.assertRaises(ValidationError):
            self.special("2026-03-02", 10, 12)
        self.special("2026-03-02", 10, 12, store=self.store)

    @mute_logger("odoo.sql_db")
    def test_impossible_hours(self):
        for opens, closes in ((9, 9), (-1, 9), (24, 9), (9, 24.5), (9, 0)):
            with self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.hours((0, opens, closes))
                self.env.flush_all()

    def test_summary(self):
        self.hours(*((day, 10, 22) for day in range(5)), (5, 9, 12.5), (5, 14, 2))
        self.assertEqual(self.store.hours_summary, "Monday–Friday 10:00–22:00; Saturday 09:00–12:30, 14:00–02:00")

    def test_same_hours_every_day(self):
        self.hours((0, 9, 12), (0, 14, 20), (3, 1, 2))
        self.store.action_same_hours()
        self.assertEqual(self.store.hours_summary, "Monday–Sunday 09:00–12:00, 14:00–20:00")

    def test_paused(self):
        self.hours((0, 9, 18))
        ready = self.ready()
        self.store.with_user(self.clerk).action_pause()
        self.assertEqual(self.at(MONDAY_NOON), (False, False, False))
        with self.assertRaises(StorePaused):
            self.submit(key="p")
        self.assertEqual(self.hand_over(ready.pickup_code_ids.digits)["result"], "handed_over")
        self.store.with_user(self.clerk).action_resume()
        self.assertTrue(self.at(MONDAY_NOON)[0])
        self.assertEqual(self.submit(key="p").state, "to_review")
