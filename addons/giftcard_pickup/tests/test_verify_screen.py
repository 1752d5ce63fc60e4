from odoo.tests import HttpCase, tagged

from .common import PickupCase


@tagged("post_install", "-at_install")
class TestVerifyScreen(PickupCase, HttpCase):
    def test_clerk_scans_and_hands_over(self):
        redemption = self.ready(quantity=2)
        self.env.cr.execute(
            "UPDATE giftcard_pickup_code SET digits = '12345678' WHERE id = %s", redemption.pickup_code_ids.ids
        )
        self.env.invalidate_all()
        action = self.env.ref("giftcard_pickup.giftcard_pickup_verify_action")
        self.start_tour(f"/odoo/action-{action.id}", "giftcard_pickup_verify", login=self.clerk.login)
        self.env.invalidate_all()
        self.assertEqual((redemption.state, redemption.picking_ids.state), ("done", "done"))
        self.assertEqual(redemption.pickup_code_ids.used_by_id, self.clerk)
        self.assertEqual(self.stock(), (1, 0))
