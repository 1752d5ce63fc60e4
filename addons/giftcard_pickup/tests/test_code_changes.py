from datetime import timedelta

from freezegun import freeze_time
from psycopg2.errors import RestrictViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exceptions import IllegalTransition, InvalidProxy, InvalidValidity
from .common import PickupCase


@tagged("post_install", "-at_install")
class TestCodeChanges(PickupCase):
    """More time, a new code, a proxy: each with who, when and why."""

    def setUp(self):
        super().setUp()
        self.redemption = self.ready(quantity=2)
        self.code = self.redemption.pickup_code_id
        self.reviewer = self._make_user("reviewer_codes", "giftcard_pickup.group_reviewer")

    def history(self, code):
        return [(event.kind, event.user_id, event.member_id, event.reason or "") for event in code.event_ids]

    def test_more_time(self):
        until = self.code.valid_until + timedelta(days=7)
        old = self.code.token
        self.redemption.with_user(self.reviewer)._extend_pickup(until, "On a journey")
        self.assertEqual(self.code.valid_until, until)
        self.assertEqual(self.history(self.code)[-1], ("extended", self.reviewer, self.alice.browse(), "On a journey"))
        self.assertEqual(self.code.event_ids[-1].valid_until, until)
        self.assertNotEqual(self.code.token, old)
        with freeze_time(until - timedelta(minutes=1)):
            # The member may still show a picture of the old QR code.
            for scanned in (old, self.code.token, self.code.digits):
                self.assertEqual(self.verify(scanned)["result"], "ready")
        with freeze_time(until + timedelta(minutes=1)):
            self.assertEqual(self.verify(self.code.token)["result"], "expired")

    def test_time_is_never_taken_away(self):
        for until in (self.code.valid_until, fields.Datetime.now() - timedelta(days=1)):
            with self.assertRaises(InvalidValidity):
                self.redemption._extend_pickup(until, "no")
        with freeze_time(self.code.valid_until + timedelta(days=9)), self.assertRaises(InvalidValidity):
            self.redemption._extend_pickup(self.code.valid_until + timedelta(days=1), "still over")

    def test_new_code_and_the_old_one_is_dead(self):
        new = self.redemption._reissue_code("Phone lost", member=self.alice)
        self.assertEqual((new.state, self.code.state), ("open", "void"))
        self.assertEqual(new.valid_until, self.code.valid_until)
        self.assertEqual(self.redemption.pickup_code_id, new)
        for scanned in (self.code.digits, self.code.token):
            for attempt in (self.verify, self.hand_over):
                self.assertEqual(attempt(scanned)["result"], "replaced")
        self.assertEqual(self.history(self.code)[-1][2:], (self.alice, "Phone lost"))
        self.assertEqual(self.history(new), [("issued", self.env.user, self.alice, "Phone lost")])
        self.assertEqual(self.hand_over(new.token)["result"], "handed_over")
        self.assertEqual(self.verify(self.code.token)["result"], "used")

    def test_proxy_picks_up(self):
        proxy = self.redemption._set_proxy("Zhang San", "1234", "My neighbour", member=self.alice)
        self.assertNotIn(proxy.digits, (self.code.digits, False))
        self.assertEqual(self.redemption.pickup_code_id, self.code)
        self.assertFalse(self.verify(self.code.token)["proxy"])
        answer = self.verify(proxy.token)
        self.assertEqual((answer["result"], answer["proxy"]), ("ready", {"name": "Zhang San", "phone": "1234"}))
        self.assertEqual(self.hand_over(proxy.digits)["result"], "handed_over")
        self.assertEqual((proxy.state, self.code.state), ("used", "void"))
        self.assertEqual(self.redemption.handover_ids.role, "proxy")
        answer = self.hand_over(self.code.token)
        self.assertEqual((answer["result"], answer["used_by"]), ("used", self.clerk.name))

    def test_proxy_is_too_late(self):
        proxy = self.redemption._set_proxy("Zhang San", "1234")
        self.hand_over(self.code.token)
        self.assertEqual(proxy.state, "void")
        self.assertEqual(self.hand_over(proxy.token)["result"], "used")
        self.assertEqual(self.stock(), (1, 0))

    def test_another_proxy_or_none(self):
        first = self.redemption._set_proxy("Zhang San", "1234")
        second = self.redemption._set_proxy("Li Si", "5678")
        self.assertEqual(self.hand_over(first.digits)["result"], "replaced")
        self.redemption._drop_proxy("Not needed")
        self.assertEqual(self.hand_over(second.digits)["result"], "replaced")
        self.assertFalse(self.redemption.proxy_code_id)
        with self.assertRaises(UserError):
            self.redemption._drop_proxy()
        self.assertEqual(self.verify(self.code.digits)["result"], "ready")

    def test_a_proxy_has_a_name_and_a_phone(self):
        for name, phone in (
            ("", "1234"),
            ("Zhang San", "123"),
            ("Zhang San", "12345"),
            ("x" * 65, "1234"),
            (None, None),
        ):
            with self.assertRaises(InvalidProxy):
                self.redemption._set_proxy(name, phone)

    def test_more_time_is_for_the_proxy_too(self):
        proxy = self.redemption._set_proxy("Zhang San", "1234")
        until = self.code.valid_until + timedelta(days=7)
        self.redemption._extend_pickup(until, "On a journey")
        self.assertEqual(proxy.valid_until, until)

    def test_nothing_changes_once_it_is_over(self):
        self.hand_over(self.code.digits)
        later = fields.Datetime.now() + timedelta(days=90)
        for change in (
            lambda: self.redemption._extend_pickup(later, "no"),
            lambda: self.redemption._reissue_code("no"),
            lambda: self.redemption._set_proxy("Zhang San", "1234"),
        ):
            with self.assertRaises(IllegalTransition):
                change()

    def test_a_cancelled_order_has_no_living_code(self):
        proxy = self.redemption._set_proxy("Zhang San", "1234")
        self.redemption._cancel("no")
        for code in (self.code, proxy):
            self.assertEqual(self.hand_over(code.token)["result"], "void")

    def test_reviewers_change_codes_clerks_do_not(self):
        wizard = self.env["giftcard.pickup.change"].with_user(self.reviewer)
        wizard.create(
            {
                "redemption_id": self.redemption.id,
                "change": "proxy",
                "proxy_name": "Zhang San",
                "proxy_phone": "1234",
                "reason": "Asked by phone",
            }
        ).action_confirm()
        self.assertEqual(self.redemption.proxy_name, "Zhang San")
        for change in ("extend", "reissue", "drop"):
            wizard.create({"redemption_id": self.redemption.id, "change": change, "reason": "r"}).action_confirm()
        self.assertFalse(self.redemption.proxy_name)
        self.assertEqual(self.code.state, "void")
        with self.assertRaises(AccessError):
            self.redemption.with_user(self.clerk).action_change_code()
        with self.assertRaises(AccessError):
            wizard.with_user(self.clerk).create({"redemption_id": self.redemption.id, "reason": "r"})

    @mute_logger("odoo.sql_db")
    def test_history_is_append_only(self):
        self.hand_over(self.code.digits)
        for table in ("giftcard_pickup_event", "giftcard_pickup_handover", "giftcard_pickup_handover_line"):
            for statement in (f"UPDATE {table} SET id = id + 1", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
                with self.assertRaises(RestrictViolation):
                    self.env.cr.execute(statement)
