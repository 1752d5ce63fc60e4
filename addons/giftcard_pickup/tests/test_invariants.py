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

    def test_pieces_of_a_day(self):
        invariant = "a reward's pieces of a day are what live redemptions took that day"
        self.assertFound(invariant, "UPDATE giftcard_reward_day SET pieces = 1 WHERE reward_id = %s", self.reward.id)
        self.assertFound(invariant, "DELETE FROM giftcard_reward_day WHERE reward_id = %s", self.reward.id)
        self.assertFound(
            invariant, "UPDATE giftcard_redemption SET counted_on = '2020-01-01' WHERE id = %s", self.open.id
        )

    def test_pieces_of_a_member(self):
        invariant = "a member's pieces of a reward are what the live redemptions took"
        for change in (
            "pieces = 9",
            "pieces = 9, pieces_month = 9",
            "pieces = 9, pieces_week = 9",
            "pieces_day = 0",
        ):
            query = f"UPDATE giftcard_reward_use SET {change} WHERE reward_id = %s"
            self.assertFound(invariant, query, self.reward.id)
        self.assertFound(invariant, "DELETE FROM giftcard_reward_use WHERE reward_id = %s", self.reward.id)
        self.assertFound(invariant, "UPDATE giftcard_redemption SET state = 'cancelled' WHERE id = %s", self.open.id)

    def test_handovers(self):
        self.assertFound(
            "each piece is handed over once, and recorded",
            "UPDATE giftcard_redemption_line SET handed_quantity = 1 WHERE redemption_id = %s",
            self.open.id,
        )
        self.assertFound(
            "what left the stock of a pickup is what was handed over",
            "UPDATE stock_move SET quantity = 2 WHERE id = %s",
            self.done.picking_ids.move_ids.id,
        )
        self.assertFound(
            "a handover names a code, clerk and store of its redemption",
            "UPDATE giftcard_pickup_code SET redemption_id = %s WHERE id = %s",
            self.open.id,
            self.done.pickup_code_ids.id,
        )

    def test_tills_without_network(self):
        self.assertFound(
            "a conflict of a till is kept until somebody has dealt with it",
            """INSERT INTO giftcard_pickup_offline (uuid, company_id, store_id, user_id, handed_at, synced_at, scanned,
                                                    code_id, state)
               SELECT 'x', company_id, store_id, 1, now(), now(), 'x', id, 'applied'
                 FROM giftcard_pickup_code WHERE id = %s""",
            self.open.pickup_code_ids.id,
        )

    def test_proxy(self):
        proxy = self.open._set_proxy("Zhang San", "1234")
        self.assertEqual(self.ledger._check_invariants(), [])
        self.assertFound(
            "a redemption for pickup has one code: open while it is ready, used once it is done",
            "UPDATE giftcard_pickup_code SET redemption_id = %s WHERE id = %s",
            self.done.id,
            proxy.id,
        )
