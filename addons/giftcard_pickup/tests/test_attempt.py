from datetime import timedelta

from freezegun import freeze_time
from psycopg2.errors import RestrictViolation

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PickupCase


@tagged("post_install", "-at_install")
class TestAttempt(PickupCase):
    def setUp(self):
        super().setUp()
        self.code = self.ready().pickup_code_ids
        self.wrong = f"{(int(self.code.digits) + 1) % 10**8:08d}"

    def attempts(self):
        return self.env["giftcard.pickup.attempt"].search([("user_id", "=", self.clerk.id)])

    def fail(self, times):
        for __ in range(times):
            self.assertEqual(self.verify(self.wrong)["result"], "unknown")

    def test_each_attempt_is_logged(self):
        self.verify(self.wrong)
        self.verify("nonsense")
        self.verify(self.code.token)
        self.hand_over(self.code.digits)
        self.verify(self.code.digits)
        logged = [(one.purpose, one.kind, one.result, one.wrong, one.code_id.id) for one in self.attempts()[::-1]]
        self.assertEqual(
            logged,
            [
                ("verify", "digits", "unknown", True, False),
                ("verify", "other", "unknown", True, False),
                ("verify", "token", "ready", False, self.code.id),
                ("hand_over", "digits", "ready", False, self.code.id),
                ("verify", "digits", "used", False, self.code.id),
            ],
        )
        self.assertEqual(set(self.attempts().mapped("store_id")), {self.store})

    def test_of_a_wrong_code_only_the_end_is_kept(self):
        self.verify(self.wrong)
        attempt = self.attempts()
        self.assertEqual(attempt.hint, self.wrong[-2:])
        self.env.cr.execute("SELECT to_jsonb(a)::text FROM giftcard_pickup_attempt a WHERE id = %s", attempt.ids)
        self.assertNotIn(self.wrong, self.env.cr.fetchone()[0])

    def test_ten_wrong_codes_mean_a_pause(self):
        now = fields.Datetime.now()
        with freeze_time(now):
            self.fail(10)
            for attempt in (self.verify, self.hand_over):
                answer = attempt(self.code.digits)
                self.assertEqual((answer["result"], answer["retry_after"]), ("throttled", 600))
        with freeze_time(now + timedelta(minutes=9, seconds=59)):
            self.assertEqual(self.verify(self.wrong)["result"], "throttled")
        self.assertEqual(self.code.state, "open")
        with freeze_time(now + timedelta(minutes=10)):
            self.assertEqual(self.hand_over(self.code.digits)["result"], "handed_over")

    def test_slow_mistakes_mean_none(self):
        now = fields.Datetime.now()
        for number in range(12):
            with freeze_time(now + timedelta(minutes=2 * number)):
                self.fail(1)

    def test_another_clerk_goes_on(self):
        other = self._make_user("clerk_two", "giftcard_pickup.group_clerk")
        self.fail(10)
        self.assertEqual(self.verify(self.code.digits, clerk=other)["result"], "ready")

    def test_right_codes_do_not_count(self):
        for __ in range(15):
            self.assertEqual(self.verify(self.code.digits)["result"], "ready")

    def test_digits_of_another_store_count_as_guesses(self):
        west = self.store.copy({"name": "West", "code": "W"})
        self.verify(self.code.digits, store=west)
        self.verify(self.code.token, store=west)
        self.assertEqual(self.attempts().mapped("wrong"), [False, True])

    @mute_logger("odoo.sql_db")
    def test_log_and_steps_are_append_only(self):
        self.verify(self.wrong)
        for table in ("giftcard_pickup_attempt", "giftcard_redemption_transition"):
            for statement in (f"UPDATE {table} SET date = now()", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
                with self.assertRaises(RestrictViolation):
                    self.env.cr.execute(statement)
