from odoo.tests import tagged

from .common import PickupCase


@tagged("post_install", "-at_install")
class TestInvariants(PickupCase):
    """Each invariant finds what breaks it."""

    def setUp(self):
        super().setUp()
        self.waiting, self.open = self.submit(key="waiting"), self.ready(key="open")
        self.done, self.undone = self.ready(key="done"), self.ready(key="undone", reward=self.service)
        self.hand_over(self.done.pickup_code_ids.digits)
        self.undone._cancel("no")

    def test_all_hold(self):
        self.assertEqual(self.ledger._check_invariants(), [])

    def test_quota(self):
        invariant = "of a reward, redeemed is what live redemptions took, and within its quota"
        self.assertFound(invariant, "UPDATE giftcard_reward SET redeemed = 2 WHERE id = %s", self.reward.id)

    def test_cost(self):
        invariant = "a redemption costs what its lines cost"
        self.assertFound(invariant, "UPDATE giftcard_redemption SET points = 1 WHERE id = %s", self.open.id)

    def test_points(self):
        invariant = "a redemption's points are held until it is approved, then taken, and free when it is undone"
        change = "UPDATE giftcard_redemption SET state = %s WHERE id = %s"
        self.assertFound(invariant, change, "ready", self.waiting.id)
        self.assertFound(invariant, change, "to_review", self.open.id)
        self.assertFound(invariant, change, "cancelled", self.open.id)
        self.assertFound(invariant, change, "rejected", self.waiting.id)
        self.assertFound(invariant, change, "ready", self.undone.id)
        self.assertFound(invariant, "UPDATE giftcard_redemption SET hold_id = NULL WHERE id = %s", self.open.id)

    def test_goods(self):
        invariant = "goods leave with a done redemption, and only with it"
        change = "UPDATE stock_picking SET state = %s WHERE giftcard_redemption_id = %s"
        self.assertFound(invariant, change, "done", self.open.id)
        self.assertFound(invariant, change, "cancel", self.open.id)
        self.assertFound(invariant, change, "assigned", self.done.id)
        unlink = "UPDATE stock_picking SET giftcard_redemption_id = NULL WHERE giftcard_redemption_id = %s"
        self.assertFound(invariant, unlink, self.open.id)

    def test_reservation(self):
        self.assertFound(
            "nothing is reserved for an undone redemption",
            "UPDATE giftcard_redemption SET state = 'expired' WHERE id = %s",
            self.open.id,
        )

    def test_code(self):
        invariant = "a redemption for pickup has one code: open while it is ready, used once it is done"
        change = "UPDATE giftcard_pickup_code SET state = 'void' WHERE redemption_id = %s"
        self.assertFound(invariant, change, self.open.id)
        reuse = """UPDATE giftcard_pickup_code
                      SET state = 'open', used_at = NULL, used_by_id = NULL, used_store_id = NULL
                    WHERE redemption_id = %s"""
        self.assertFound(invariant, reuse, self.done.id)

    def test_use(self):
        west = self.store.copy({"name": "West", "code": "W"})
        self.assertFound(
            "a used code says when, where and by whom",
            "UPDATE giftcard_pickup_code SET used_store_id = %s WHERE redemption_id = %s",
            west.id,
            self.done.id,
        )

    def test_steps(self):
        self.assertFound(
            "the steps of a redemption lead to its state",
            "UPDATE giftcard_redemption SET state = 'approved' WHERE id = %s",
            self.open.id,
        )
