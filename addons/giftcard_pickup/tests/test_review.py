from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.giftcard_points.models.ledger.act import Act

from ..exceptions import IllegalTransition
from .common import PickupCase


@tagged("post_install", "-at_install")
class TestReview(PickupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reviewer = cls._make_user("reviewer_east", "giftcard_pickup.group_reviewer")

    def assertUndone(self, redemption, state, code_state=None):
        self.assertEqual(redemption.state, state)
        self.assertCard(self.card, 100)
        self.assertEqual(self.stock(), (3, 0))
        self.assertEqual(self.reward.redeemed, 0)
        self.assertIn(redemption.picking_ids.state, (False, "cancel"))
        self.assertEqual(redemption.pickup_code_ids.mapped("state"), [code_state] if code_state else [])

    def test_approve_takes_the_points_and_issues_the_code(self):
        redemption = self.submit(2)
        redemption.with_user(self.reviewer).action_approve()
        self.assertEqual(redemption.state, "ready")
        self.assertCard(self.card, 80)
        operation = redemption.hold_id.operation_id
        self.assertEqual((operation.kind, operation._document()), ("spend", redemption))
        code = redemption.pickup_code_ids
        self.assertEqual((code.state, code.store_id), ("open", self.store))
        self.assertRegex(code.digits, r"^\d{8}$")
        self.assertEqual(code.valid_until.date(), fields.Date.today() + timedelta(days=30))
        steps = redemption.transition_ids
        self.assertEqual(steps.mapped("to_state"), ["to_review", "approved", "ready"])
        self.assertEqual(steps[1:].user_id, self.reviewer)
        self.assertEqual(self.stock(), (3, 2))

    def test_approve_once(self):
        redemption = self.ready()
        for step in (redemption._approve, lambda: redemption._reject("no")):
            with self.assertRaises(IllegalTransition):
                step()
        self.assertCard(self.card, 90)

    def test_batch_approval(self):
        redemptions = self.submit() | self.submit(key="2") | self.submit(key="3")
        redemptions[1]._approve()
        redemptions.with_user(self.reviewer).action_approve()
        self.assertEqual(set(redemptions.mapped("state")), {"ready"})
        self.assertCard(self.card, 70)
        with self.assertRaises(UserError):
            redemptions.with_user(self.reviewer).action_approve()

    def test_reject(self):
        redemption = self.submit(2)
        self.decide(redemption, "action_reject", "Address unknown")
        self.assertUndone(redemption, "rejected")
        self.assertEqual(redemption.hold_id.state, "released")
        step = redemption.transition_ids[-1]
        self.assertEqual((step.user_id, step.reason), (self.reviewer, "Address unknown"))

    def test_cancel_before_approval(self):
        redemption = self.submit(2)
        redemption._cancel("Changed my mind", member=self.alice)
        self.assertUndone(redemption, "cancelled")
        self.assertEqual(redemption.transition_ids[-1].member_id, self.alice)

    def test_cancel_after_approval_refunds_to_the_same_lots(self):
        self.ledger._spend(Act("spend"), self.card, 100)
        day = fields.Date.today() + timedelta(days=90)
        self.grant(self.card, 30, expires_on=day)
        self.grant(self.card, 70)
        redemption = self.ready(quantity=2)
        self.decide(redemption, "action_cancel", "Broken")
        self.assertUndone(redemption, "cancelled", "void")
        lots = self.card.lot_ids.filtered("remaining")
        self.assertEqual(
            sorted((str(lot.expires_on), lot.remaining) for lot in lots), [(str(day), 30.0), ("False", 70.0)]
        )

    def test_undo_once(self):
        for key, undo in (("a", "_cancel"), ("b", "_reject")):
            redemption = self.submit(key=key)
            getattr(redemption, undo)("no")
            for again in ("_cancel", "_reject", "_approve"):
                with self.assertRaises(IllegalTransition):
                    getattr(redemption, again)("again")
        self.assertUndone(redemption, "rejected")

    def test_nothing_is_left_to_undo_once_done(self):
        redemption = self.ready()
        self.hand_over(redemption.pickup_code_ids.digits)
        for step in (lambda: redemption._cancel("late"), redemption._expire):
            with self.assertRaises(IllegalTransition):
                step()
        self.assertEqual(self.stock(), (2, 0))

    def test_all_or_none(self):
        redemptions = self.submit() | self.submit(key="2")
        redemptions[0]._cancel("no")
        with self.assertRaises(IllegalTransition):
            redemptions._approve()
        self.env.invalidate_all()
        self.assertEqual(redemptions[1].state, "to_review")

    def test_quota_comes_back(self):
        self.reward.quota = 1
        self.submit()._cancel("no")
        self.submit(key="2")

    def test_warehouse_cannot_bypass_the_code(self):
        redemption = self.ready()
        picking = redemption.picking_ids
        for act in (picking.button_validate, picking.action_cancel, picking.unlink):
            with self.assertRaises(UserError):
                act()
        self.assertEqual(self.stock(), (3, 1))

    def test_expiry(self):
        self.store.pickup_days = 3
        due, service = self.ready(), self.ready(key="s", reward=self.service)
        done = self.ready(key="d")
        self.hand_over(done.pickup_code_ids.digits)
        with freeze_time(fields.Datetime.now() + timedelta(days=4)), self.enter_registry_test_mode():
            young = self.ready(key="y")
            self.env.ref("giftcard_pickup.ir_cron_expire_pickup_codes").method_direct_trigger()
        self.assertEqual((due | service | done | young).mapped("state"), ["expired", "expired", "done", "ready"])
        self.assertEqual(due.pickup_code_ids.state, "expired")
        self.assertCard(self.card, 80)
        self.assertEqual(self.stock(), (2, 1))

    def test_one_that_cannot_expire_does_not_stop_the_others(self):
        self.grant(self.other, 10)
        stuck, due = self.ready(), self.ready(member=self.bob)
        self.env.flush_all()
        self.env.cr.execute("UPDATE loyalty_card SET state = 'closed' WHERE id = %s", self.card.ids)
        with (
            freeze_time(fields.Datetime.now() + timedelta(days=31)),
            self.enter_registry_test_mode(),
            self.assertLogs("odoo.addons.giftcard_pickup.models.giftcard_pickup_code", "ERROR"),
        ):
            self.env.ref("giftcard_pickup.ir_cron_expire_pickup_codes").method_direct_trigger()
        self.assertEqual((stuck.state, due.state), ("ready", "expired"))

    def decide(self, redemption, action, reason):
        action = getattr(redemption.with_user(self.reviewer), action)()
        wizard = self.env[action["res_model"]].with_user(self.reviewer).with_context(**action["context"])
        wizard.create({"reason": reason}).action_confirm()
