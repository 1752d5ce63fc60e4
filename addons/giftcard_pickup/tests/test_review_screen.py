from odoo.tests import HttpCase, tagged

from .common import PickupCase


@tagged("post_install", "-at_install")
class TestReviewScreen(PickupCase, HttpCase):
    def test_reviewer_approves_and_rejects(self):
        reviewer = self._make_user("reviewer_east", "giftcard_pickup.group_reviewer")
        self.grant(self.other, 10)
        approved, rejected = self.submit(), self.submit(member=self.bob)
        action = self.env.ref("giftcard_pickup.giftcard_redemption_review_action")
        self.start_tour(f"/odoo/action-{action.id}", "giftcard_pickup_review", login=reviewer.login)
        self.env.invalidate_all()
        self.assertEqual((approved.state, rejected.state), ("ready", "rejected"))
        self.assertEqual(rejected.transition_ids[-1].reason, "Duplicate order")
