from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.giftcard_points.models.ledger.act import Act

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestExpiryModes(LedgerCase):
    def reminders(self, member):
        return member.member_message_ids.filtered(lambda message: message.kind == "expiry").sorted("id")

    def run_cron(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f"giftcard_points.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def test_rolling_with_grace(self):
        self.points_program.write({"validity_months": 2, "grace_days": 5})
        self.grant(self.card, 10)
        day = fields.Date.context_today(self.card) + relativedelta(months=2, days=5)
        self.assertEqual(self.card.lot_ids.expires_on, day)

    def test_yearly_reset_with_grace(self):
        self.points_program.write({"expiry_mode": "yearly", "reset_month": 12, "reset_day": 31, "grace_days": 30})
        with freeze_time("2026-06-15 12:00:00"):
            self.grant(self.card, 10)
        with freeze_time("2026-12-31 12:00:00"):
            self.grant(self.card, 4)
        with freeze_time("2027-01-01 12:00:00"):
            self.grant(self.card, 7)
        self.assertEqual(
            self.card.lot_ids.sorted("id").mapped("expires_on"),
            [date(2027, 1, 30), date(2027, 1, 30), date(2028, 1, 30)],
        )
        with freeze_time("2027-01-30 12:00:00"):
            self.run_cron("ir_cron_expire_due_lots")
            self.assertCard(self.card, 21)
        with freeze_time("2027-01-31 12:00:00"):
            self.run_cron("ir_cron_expire_due_lots")
            self.assertCard(self.card, 7)

    def test_days_that_no_year_has_are_refused(self):
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.points_program.write({"expiry_mode": "yearly", "reset_month": 2, "reset_day": 30})
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.points_program.write({"expiry_mode": "inactivity", "validity_months": 0})

    def test_inactivity(self):
        self.points_program.write({"expiry_mode": "inactivity", "validity_months": 6})
        with freeze_time("2026-01-10 12:00:00"):
            self.grant(self.card, 10)
            self.grant(self.other, 10)
        with freeze_time("2026-07-01 12:00:00"):
            self.ledger._spend(Act("spend"), self.card, 1)
        self.assertEqual(self.card.lot_ids.expires_on, date(2027, 1, 1))
        with freeze_time("2026-07-11 12:00:00"):
            self.run_cron("ir_cron_expire_due_lots")
            self.assertCard(self.other, 0)
            self.assertCard(self.card, 9)
            hold = self.ledger._hold(Act("spend"), self.card, 2)
            self.ledger._capture(Act("spend"), hold)
        self.assertEqual(self.card.next_expiry_on, date(2027, 1, 11))
        with freeze_time("2027-01-12 12:00:00"):
            self.run_cron("ir_cron_expire_due_lots")
            self.assertCard(self.card, 0)

    def test_a_repeated_act_renews_nothing(self):
        self.points_program.write({"expiry_mode": "inactivity", "validity_months": 6})
        grant, spend = Act("earn", key="once"), Act("spend", key="once")
        for noon in ("2026-01-10 12:00:00", "2026-03-10 12:00:00"):
            with freeze_time(noon):
                self.ledger._grant(grant, self.card, 10, expires_on=date(2026, 7, 10))
                self.ledger._spend(spend, self.card, 4)
            self.assertEqual(self.card.lot_ids.expires_on, date(2026, 7, 10))
            self.assertEqual(self.card.next_expiry_on, date(2026, 7, 10))

    def test_what_comes_back_or_is_carried_over_is_a_movement(self):
        self.points_program.write({"expiry_mode": "inactivity", "validity_months": 6})
        with freeze_time("2026-01-10 12:00:00"):
            self.grant(self.card, 10)
            self.grant(self.other, 10)
            spent = self.ledger._spend(Act("spend"), self.card, 4)
        with freeze_time("2026-03-10 12:00:00"):
            self.ledger._refund(Act("refund"), spent)
            self.assertEqual(self.card.lot_ids.mapped("expires_on"), [date(2026, 9, 10)])
        with freeze_time("2026-04-10 12:00:00"):
            self.ledger._transfer(Act("transfer"), self.other, self.card, 2)
        for card in self.card | self.other:
            self.assertEqual(set(card.lot_ids.mapped("expires_on")), {date(2026, 10, 10)})
            self.assertEqual(card.next_expiry_on, date(2026, 10, 10))

    def test_a_card_is_renewed_by_the_day_of_its_company(self):
        self.points_program.write({"expiry_mode": "inactivity", "validity_months": 6})
        far = self.env["res.company"].create({"name": "Far east"})
        far.partner_id.tz = "Pacific/Auckland"
        self.env.company.partner_id.tz = "America/Los_Angeles"
        program = self.points_program.copy({"company_id": far.id})
        with freeze_time("2026-01-09 23:00:00"):
            card = self.env["loyalty.card"].create({"program_id": program.id})
            self.grant(card, 10, date(2026, 2, 1))
        self.assertEqual(card.lot_ids.expires_on, date(2026, 7, 10))

    def test_what_has_expired_is_not_renewed(self):
        self.points_program.write({"expiry_mode": "inactivity", "validity_months": 6})
        with freeze_time("2026-01-10 12:00:00"):
            self.grant(self.card, 10)
        with freeze_time("2026-08-10 12:00:00"):
            self.grant(self.card, 3)
            self.run_cron("ir_cron_expire_due_lots")
            self.assertCard(self.card, 3)

    def test_next_to_expire(self):
        today = fields.Date.context_today(self.card)
        first, later = today + timedelta(days=3), today + timedelta(days=9)
        self.grant(self.card, 10, first)
        self.grant(self.card, 5, first)
        self.grant(self.card, 7, later)
        self.grant(self.card, 1)
        self.assertEqual((self.alice.member_next_expiry_on, self.alice.member_next_expiry_amount), (first, 15))
        self.ledger._spend(Act("spend"), self.card, 15)
        self.env.invalidate_all()
        self.assertEqual((self.card.next_expiry_day, self.card.next_expiry_amount), (later, 7))
        self.assertFalse(self.bob.member_next_expiry_on)

    def test_reminders_of_many_cost_no_more_queries(self):
        today = fields.Date.context_today(self.card)
        members = self.env["res.partner"].create([{"name": f"Member {number}"} for number in range(9)])
        cards = [member._member_card(self.points_program) for member in members]
        rows = [(card.id, card.partner_id.id, today + timedelta(days=3), 1.0) for card in cards]

        def queries(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.ledger._tell_of_expiry(some)
            return self.env.cr.sql_log_count - before

        queries(rows[:1])
        self.assertEqual(queries(rows[1:2]), queries(rows[2:]))

    def test_one_reminder_for_each_day(self):
        self.points_program.reminder_days = 7
        today = fields.Date.context_today(self.card)
        self.grant(self.card, 10, today + timedelta(days=5))
        self.grant(self.card, 4, today + timedelta(days=7))
        self.grant(self.card, 4, today + timedelta(days=8))
        self.grant(self.other, 3, today + timedelta(days=5))
        self.ledger._hold(Act("spend"), self.other, 3)
        for __ in range(2):
            self.run_cron("ir_cron_remind_expiry")
        messages = self.reminders(self.alice)
        self.assertEqual(len(messages), 2)
        self.assertIn("10", messages[0].body)
        self.assertFalse(self.reminders(self.bob))
        messages[0]._mark_read()
        self.assertTrue(messages[0].read_at)
