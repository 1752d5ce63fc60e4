from odoo.tests import tagged

from odoo.addons.giftcard_points.exceptions import CardNotUsable, IdempotencyConflict, InsufficientBalance
from odoo.addons.giftcard_points.models.ledger.act import Act

from ..exceptions import (
    InvalidQuantity,
    LimitReached,
    MemberNotActive,
    OutOfStock,
    RewardNotAvailable,
    StoreNotAvailable,
)
from .common import PickupCase


@tagged("post_install", "-at_install")
class TestSubmit(PickupCase):
    def assertNothing(self):
        """No trace of a refused call."""
        self.env.invalidate_all()
        self.assertFalse(self.redemptions.search([("member_id", "in", (self.alice | self.bob).ids)]))
        members = (self.alice | self.bob).ids
        self.assertFalse(self.env["stock.picking"].search([("partner_id", "in", members)]))
        self.assertEqual(self.stock(), (3, 0))
        self.assertEqual(self.reward.redeemed, 0)
        self.assertCard(self.card, 100)

    def test_submit_holds_counts_and_reserves(self):
        redemption = self.submit(2)
        self.assertEqual(redemption.state, "to_review")
        self.assertRegex(redemption.name, r"^RD\d{8}$")
        self.assertEqual(redemption.points, 20)
        self.assertCard(self.card, 100, held=20)
        self.assertEqual((redemption.hold_id.state, redemption.hold_id.amount), ("open", 20))
        self.assertEqual(self.reward.redeemed, 2)
        self.assertEqual(self.stock(), (3, 2))
        self.assertFalse(redemption.picking_ids)
        redemption._make_transfers()
        picking = redemption.picking_ids
        self.assertEqual((picking.state, picking.partner_id, picking.origin), ("assigned", self.alice, redemption.name))
        self.assertEqual(self.stock(), (3, 2))
        step = redemption.transition_ids
        self.assertEqual((step.from_state, step.to_state, step.member_id), (False, "to_review", self.alice))
        self.assertFalse(redemption.pickup_code_ids)

    def test_several_rewards_and_lines_of_one_reward_added_up(self):
        lines = [(self.service, 1), (self.reward, 1), (self.reward, 1)]
        redemption = self.redemptions._submit(self.alice, self.store, lines, "k")
        self.assertEqual(redemption.points, 25)
        self.assertEqual(redemption.line_ids.mapped("quantity"), [2, 1])
        redemption._make_transfers()
        self.assertEqual(redemption.picking_ids.move_ids.product_id, self.mug)

    def test_two_rewards_of_one_product_share_its_stock(self):
        sale = self.reward.copy({"points_price": 1})
        with self.assertRaises(OutOfStock) as refused:
            self.redemptions._submit(self.alice, self.store, [(self.reward, 2), (sale, 2)], "k")
        self.assertEqual(refused.exception.available, 3)
        redemption = self.redemptions._submit(self.alice, self.store, [(self.reward, 1), (sale, 2)], "k")
        self.assertEqual(redemption.points, 12)
        self.assertEqual(self.stock(), (3, 3))

    def test_service_has_no_transfer(self):
        redemption = self.submit(reward=self.service)
        redemption._make_transfers()
        self.assertFalse(redemption.picking_ids)

    def test_repeat_is_one(self):
        redemption = self.submit(2)
        self.reward.published = False
        self.assertEqual(self.submit(2), redemption)
        self.assertCard(self.card, 100, held=20)
        self.assertEqual(self.stock(), (3, 2))
        self.assertEqual(self.reward.redeemed, 2)

    def test_key_of_another_request_is_refused(self):
        self.submit(1)
        for lines, store in (([(self.reward, 2)], self.store), ([(self.reward, 1)], self.store.copy({"code": "E2"}))):
            with self.assertRaises(IdempotencyConflict):
                self.redemptions._submit(self.alice, store, lines, "k")

    def test_key_is_the_members_own(self):
        self.grant(self.other, 10)
        self.assertNotEqual(self.submit(), self.submit(member=self.bob))

    def test_too_few_points(self):
        with self.assertRaises(InsufficientBalance) as refused:
            self.submit(1, member=self.bob)
        self.assertEqual(refused.exception.code, "insufficient_balance")
        self.assertNothing()

    def test_frozen_card(self):
        self.card.action_freeze()
        with self.assertRaises(CardNotUsable):
            self.submit()

    def test_out_of_stock(self):
        with self.assertRaises(OutOfStock) as refused:
            self.submit(4)
        self.assertEqual((refused.exception.code, refused.exception.available), ("out_of_stock", 3))
        self.assertNothing()
        self.submit(2)
        with self.assertRaises(OutOfStock) as refused:
            self.submit(2, key="other")
        self.assertEqual(refused.exception.available, 1)

    def test_stock_of_another_store_does_not_count(self):
        west = self.env["stock.warehouse"].create({"name": "West", "code": "WEST"})
        self.put(self.mug, 9, west)
        with self.assertRaises(OutOfStock):
            self.submit(4)

    def test_stock_that_others_reserved_does_not_count(self):
        move = self.env["stock.move"].create(
            {
                "product_id": self.mug.id,
                "product_uom_qty": 2,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )
        move._action_confirm()
        move._action_assign()
        with self.assertRaises(OutOfStock):
            self.submit(2)

    def test_quota(self):
        self.reward.quota = 2
        with self.assertRaises(LimitReached) as refused:
            self.submit(3)
        self.assertEqual((refused.exception.code, refused.exception.available), ("limit_reached", 2))
        self.assertNothing()
        self.submit(2)
        with self.assertRaises(LimitReached):
            self.submit(1, key="other")

    def test_not_offered(self):
        for change in ({"published": False}, {"active": False}):
            with self.subTest(change=change), self.assertRaises(RewardNotAvailable):
                self.reward.write(change)
                self.submit()
        self.assertNothing()

    def test_price_changed_meanwhile(self):
        self.patch(
            type(self.redemptions),
            "_check_orderable",
            lambda order, rewards: self.env.cr.execute(
                "UPDATE giftcard_reward SET points_price = 11 WHERE id = %s", rewards.ids
            ),
        )
        with self.assertRaises(RewardNotAvailable):
            self.submit()
        self.assertNothing()

    def test_rewards_of_two_programs(self):
        miles = self._make_program("loyalty", "Miles")
        other = self.reward.copy({"program_id": miles.id})
        with self.assertRaises(RewardNotAvailable):
            self.redemptions._submit(self.alice, self.store, [(self.reward, 1), (other, 1)], "k")
        self.assertNothing()

    def test_quantities(self):
        for quantity in (0, -1, 1.0, "1", True, None, 2**40):
            with self.subTest(quantity=quantity), self.assertRaises(InvalidQuantity):
                self.submit(quantity)
        with self.assertRaises(InvalidQuantity):
            self.redemptions._submit(self.alice, self.store, [], "k")
        self.assertNothing()

    def test_only_members(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        with self.assertRaises(MemberNotActive):
            self.submit(member=stranger)
        self.alice.member_state = "frozen"
        with self.assertRaises(MemberNotActive):
            self.submit()

    def test_store_without_goods(self):
        self.store.warehouse_id = False
        with self.assertRaises(StoreNotAvailable):
            self.submit()
        self.assertNothing()

    def test_reward_of_another_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", company.id)])
        store = self.env["giftcard.store"].create({"name": "There", "code": "T", "company_id": company.id})
        self.assertEqual(store.warehouse_id, warehouse)
        with self.assertRaises(RewardNotAvailable):
            self.submit(store=store)

    def test_availability(self):
        self.assertEqual(self.reward._available(self.store), {self.reward.id: 3})
        self.assertEqual(self.service._available(self.store), {self.service.id: None})
        self.reward.quota = 2
        self.assertEqual(self.reward._available(self.store), {self.reward.id: 2})
        self.submit(2)
        self.assertEqual(self.reward._available(self.store), {self.reward.id: 0})
        west = self.env["stock.warehouse"].create({"name": "West", "code": "WEST"})
        there = self.env["giftcard.store"].create({"name": "West", "code": "W", "warehouse_id": west.id})
        self.put(self.mug, 9, west)
        self.reward.quota = 0
        self.assertEqual(self.reward._available(there), {self.reward.id: 9})
        self.assertEqual(self.reward._available(), {self.reward.id: 10})
        at_store = self.reward.with_context(giftcard_store_id=self.store.id)
        self.assertEqual((at_store.available_quantity, at_store.availability), (1, "available"))
        self.assertEqual(self.service.availability, "unlimited")

    def test_redeemed_out(self):
        self.submit(3)
        at_store = self.reward.with_context(giftcard_store_id=self.store.id)
        self.assertEqual((at_store.available_quantity, at_store.availability), (0, "redeemed_out"))

    def test_held_points_cannot_be_spent(self):
        self.submit(3)
        with self.assertRaises(InsufficientBalance):
            self.ledger._spend(Act("spend"), self.card, 71)
