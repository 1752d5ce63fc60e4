from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..exceptions import OutOfStock
from .common import PickupCase


@tagged("post_install", "-at_install")
class TestSupply(PickupCase):
    """The store has 3 mugs, the central warehouse that resupplies it has 10."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.central = cls.env["stock.warehouse"].create({"name": "Central", "code": "CENT"})
        cls.put(cls.mug, 10, cls.central)
        cls.warehouse.resupply_wh_ids = cls.central
        cls.storeman = cls._make_user("storeman", "stock.group_stock_user")

    def legs(self, redemption):
        """:return: (out of the central warehouse, into the store)"""
        out = redemption.supply_ids.filtered(lambda picking: picking.picking_type_id.warehouse_id == self.central)
        return out, redemption.supply_ids - out

    def validate(self, picking):
        picking.with_user(self.storeman).with_context(skip_backorder=True, skip_sms=True).button_validate()

    def test_code_when_the_goods_have_arrived(self):
        redemption = self.ready(quantity=5)
        self.assertEqual(redemption.state, "picking")
        self.assertFalse(redemption.pickup_code_ids)
        self.assertEqual((self.stock(), self.stock(warehouse=self.central)), ((3, 3), (10, 2)))
        out, arriving = self.legs(redemption)
        self.assertEqual((out.location_dest_id.usage, arriving.state), ("transit", "waiting"))
        self.validate(out)
        self.assertEqual((redemption.state, self.stock(warehouse=self.central)), ("picking", (8, 0)))
        self.validate(arriving)
        self.assertEqual((redemption.state, self.stock()), ("ready", (5, 5)))
        self.assertEqual(self.hand_over(redemption.pickup_code_ids.digits)["result"], "handed_over")
        self.assertEqual((redemption.state, self.stock()), ("done", (0, 0)))

    def test_goods_of_the_store_come_first(self):
        redemption = self.ready(quantity=3)
        self.assertEqual(redemption.state, "ready")
        self.assertFalse(redemption.supply_ids)

    def test_arrived_for_one_is_not_for_another(self):
        first = self.ready(quantity=5)
        for leg in self.legs(first):
            self.validate(leg)
        second = self.ready(quantity=2, key="b")
        self.assertEqual(second.state, "picking")
        self.assertEqual(self.stock(), (5, 5))

    def test_not_enough_anywhere(self):
        self.reward.points_price = 1
        with self.assertRaises(OutOfStock):
            self.submit(quantity=14)
        self.env.invalidate_all()
        self.assertEqual((self.stock(), self.stock(warehouse=self.central)), ((3, 0), (10, 0)))

    def test_shown_as_available(self):
        reward = self.reward.with_context(giftcard_store_id=self.store.id)
        self.assertEqual(reward.available_quantity, 13)
        self.submit(quantity=5)
        self.env.invalidate_all()
        self.assertEqual(reward.available_quantity, 8)
        self.reward.points_price = 1
        quote = self.redemptions._quote(self.alice, self.store, [(self.reward, 8)])
        self.assertEqual((quote["problem"], quote["lines"][0]["available"]), (None, 8))

    def test_not_sent_before_approval(self):
        redemption = self.submit(quantity=5)
        out, __ = self.legs(redemption)
        with self.assertRaises(UserError):
            self.validate(out)
        redemption._reject("no")
        self.assertEqual(set(redemption.supply_ids.mapped("state")), {"cancel"})
        self.assertEqual((self.stock(), self.stock(warehouse=self.central)), ((3, 0), (10, 0)))

    def test_cancelled_before_it_leaves(self):
        redemption = self.ready(quantity=5)
        redemption._cancel("no")
        self.assertEqual(set((redemption.supply_ids | redemption.picking_ids).mapped("state")), {"cancel"})
        self.assertEqual((self.stock(), self.stock(warehouse=self.central)), ((3, 0), (10, 0)))
        self.assertCard(self.card, 100)

    def test_cancelled_on_the_way(self):
        redemption = self.ready(quantity=5)
        out, arriving = self.legs(redemption)
        self.validate(out)
        redemption._cancel("no")
        self.assertEqual(arriving.state, "assigned")
        self.validate(arriving)
        self.assertEqual((redemption.state, self.stock()), ("cancelled", (5, 0)))

    def test_sent_in_parts(self):
        redemption = self.ready(quantity=7)
        out, __ = self.legs(redemption)
        out.move_ids.quantity = 1
        self.validate(out)
        self.validate(self.legs(redemption)[1].filtered(lambda picking: picking.state == "assigned"))
        self.assertEqual(redemption.state, "picking")
        self.validate(self.legs(redemption)[0].filtered(lambda picking: picking.state != "done"))
        self.validate(self.legs(redemption)[1].filtered(lambda picking: picking.state != "done"))
        self.assertEqual((redemption.state, self.stock()), ("ready", (7, 7)))

    def test_warehouse_cannot_call_it_off(self):
        redemption = self.ready(quantity=5)
        out, __ = self.legs(redemption)
        with self.assertRaises(UserError):
            out.with_user(self.storeman).action_cancel()
        with self.assertRaises(AccessError):
            out.with_user(self.storeman).write({"giftcard_supply_id": False})
