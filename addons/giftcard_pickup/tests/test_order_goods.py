from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..exceptions import IllegalTransition, OutOfStock
from .common_order import OrderCase


@tagged("post_install", "-at_install")
class TestOrderGoods(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.storeman = cls._make_user("storeman_order", "stock.group_stock_user")
        cls.promises = cls.env["giftcard.promise"]

    def reserve_natively(self, quantity):
        move = self.env["stock.move"].create(
            {
                "product_id": self.mug.id,
                "product_uom_qty": quantity,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )
        move._action_confirm()
        move._action_assign()
        return move

    def run_transfers(self):
        with self.enter_registry_test_mode():
            self.env.ref("giftcard_pickup.ir_cron_make_transfers").method_direct_trigger()
        self.env.invalidate_all()

    def send_out(self, picking, **context):
        return picking.with_user(self.storeman).with_context(skip_sms=True, **context).button_validate()

    # Promises

    def test_promised_goods_are_nobody_elses(self):
        self.order(2)
        self.assertEqual(self.mug.free_qty, 1)
        self.assertEqual(self.reserve_natively(3).quantity, 1)
        with self.assertRaises(OutOfStock):
            self.order(key="2")

    def test_promise_over_several_places(self):
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.warehouse.lot_stock_id.id})
        self.env["stock.quant"]._update_available_quantity(self.mug, shelf, 2)
        redemption = self.order(5)
        self.assertEqual(sum(self.promises.search([("product_id", "=", self.mug.id)]).mapped("quantity")), 5)
        self.assertEqual(self.stock(), (5, 5))
        redemption._make_transfers()
        self.assertFalse(self.promises.search([("product_id", "=", self.mug.id)]))
        self.assertEqual(self.stock(), (5, 5))
        self.assertEqual(sum(redemption.picking_ids.move_ids.mapped("quantity")), 5)

    def test_promise_of_lots(self):
        self.mug.tracking = "lot"
        lots = self.env["stock.lot"].create([{"name": name, "product_id": self.mug.id} for name in "AB"])
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(self.mug, self.warehouse.lot_stock_id, 2, lot_id=lot)
        redemption = self.order(3)
        redemption._cancel("no")
        self.assertEqual(self.stock()[1], 0)
        self.order(3, key="2")._make_transfers()
        self.assertEqual(self.stock()[1], 3)

    def test_native_clean_up_leaves_promises(self):
        self.order(2)
        self.reserve_natively(1)
        quants = self.env["stock.quant"]
        quants._quant_tasks()
        self.assertEqual(self.stock(), (3, 3))
        quant = quants._gather(self.mug, self.warehouse.lot_stock_id)[:1]
        quant.reserved_quantity = 1
        quants._clean_reservations()
        self.assertEqual(self.stock(), (3, 3))

    def test_transfers_are_made_once_by_the_job(self):
        self.company.giftcard_approve_pickup = True
        redemptions = self.order(key="1") | self.order(key="2")
        waiting = self.send(key="3")
        self.assertFalse(redemptions.picking_ids)
        self.run_transfers()
        self.run_transfers()
        self.assertEqual(redemptions.picking_ids.mapped("state"), ["assigned"] * 2)
        self.assertFalse(waiting.picking_ids)
        self.assertEqual(self.stock(), (3, 3))
        self.assertEqual(self.promises.search([("product_id", "=", self.mug.id)]).redemption_id, waiting)

    def test_handover_before_the_job(self):
        self.company.giftcard_approve_pickup = True
        redemption = self.order()
        self.assertFalse(redemption.picking_ids)
        self.assertEqual(self.hand_over(redemption.pickup_code_ids.digits)["result"], "handed_over")
        self.assertEqual((redemption.picking_ids.state, self.stock()), ("done", (2, 0)))

    def test_one_that_cannot_be_made_does_not_stop_the_others(self):
        self.company.giftcard_approve_pickup = True
        gone = self.order(3, key="1")
        other = self.env["product.product"].create({"name": "Cup", "type": "consu", "is_storable": True})
        self.put(other, 1)
        fine = self.order(reward=self.reward.copy({"product_id": other.id}), key="2")
        self.env["stock.quant"]._gather(self.mug, self.warehouse.lot_stock_id).quantity = 1
        with self.assertLogs("odoo.addons.giftcard_pickup.models.giftcard_redemption_goods", "ERROR"):
            self.run_transfers()
        self.assertFalse(gone.picking_ids)
        self.assertEqual(fine.picking_ids.state, "assigned")
        gone._cancel("Lost")
        self.assertCard(self.card, 90)

    def test_promises_are_read_by_the_warehouse_alone(self):
        promise = self.order() and self.promises.search([("product_id", "=", self.mug.id)])
        self.assertTrue(promise.with_user(self.storeman).read(["quantity"]))
        for user in (self.clerk, self.reviewer):
            with self.assertRaises(AccessError):
                promise.with_user(user).read(["quantity"])
        with self.assertRaises(AccessError):
            promise.with_user(self.storeman).unlink()

    # Delivery

    def test_delivery_goes_by_the_transfer(self):
        redemption = self.send(2)
        redemption.with_user(self.reviewer).action_approve()
        self.assertEqual(redemption.state, "picking")
        picking = redemption.picking_ids
        self.assertEqual((picking.state, picking.partner_id), ("assigned", self.home))
        self.send_out(picking)
        self.assertEqual((redemption.state, picking.state), ("shipped", "done"))
        self.assertEqual(self.stock(), (1, 0))
        with self.assertRaises(IllegalTransition):
            redemption._cancel("late")
        redemption._receive(member=self.alice)
        self.assertEqual(redemption.state, "done")
        with self.assertRaises(IllegalTransition):
            redemption._receive()

    def test_rule_leaves_the_transfer_to_the_job(self):
        self.company.giftcard_approve_points = 100
        redemption = self.send()
        self.assertEqual((redemption.state, len(redemption.picking_ids)), ("approved", 0))
        self.run_transfers()
        self.assertEqual((redemption.state, redemption.picking_ids.state), ("picking", "assigned"))

    def test_nothing_is_sent_before_approval_or_after_cancellation(self):
        redemption = self.send()
        redemption._make_transfers()
        with self.assertRaises(UserError):
            self.send_out(redemption.picking_ids)
        redemption._approve()
        redemption._cancel("no")
        self.assertEqual(redemption.picking_ids.state, "cancel")
        self.assertEqual(self.stock(), (3, 0))

    def test_partial_shipment(self):
        redemption = self.send(3)
        redemption._approve()
        picking = redemption.picking_ids
        picking.move_ids.quantity = 1
        picking.move_ids.picked = True
        self.send_out(picking, skip_backorder=True)
        self.assertEqual(redemption.state, "picking")
        self.assertEqual(len(redemption.picking_ids), 2)
        with self.assertRaises(IllegalTransition):
            redemption._cancel("no")
        rest = redemption.picking_ids - picking
        rest.move_ids.picked = True
        self.send_out(rest)
        self.assertEqual(redemption.state, "shipped")
        self.assertEqual(self.stock(), (0, 0))
