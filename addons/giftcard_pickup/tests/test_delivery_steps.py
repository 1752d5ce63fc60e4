from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..exceptions import IllegalTransition
from .common_delivery import DeliveryCase


@tagged("post_install", "-at_install")
class TestDeliverySteps(DeliveryCase):
    """Out of a warehouse that picks, packs and ships in steps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.express.giftcard_free_points = 1
        cls.warehouse.delivery_steps = "pick_ship"

    def step(self, redemption):
        """:return: the one open transfer"""
        return redemption.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel")).ensure_one()

    def assertStep(self, redemption, kind, quantity):
        picking = self.step(redemption)
        self.assertEqual((picking.picking_type_id, picking.state), (kind, "assigned"))
        self.assertEqual((picking.partner_id, picking.origin), (self.home, redemption.name))
        self.assertEqual(picking.move_ids.quantity, quantity)
        self.assertEqual(
            picking.carrier_id, self.express if kind == self.warehouse.out_type_id else picking.carrier_id.browse()
        )
        return picking

    def go_through(self, redemption):
        while redemption.state == "picking":
            self.validate(self.step(redemption))

    def test_picked_and_shipped(self):
        redemption = self.approved(quantity=2)
        pick = self.assertStep(redemption, self.warehouse.pick_type_id, 2)
        self.assertEqual((redemption.state, self.stock()), ("picking", (10, 2)))
        self.assertFalse(redemption.transfer_due)
        [shipment] = redemption._shipments()
        self.assertEqual((shipment["state"], shipment["lines"]), ("picking", [{"name": "Mug", "quantity": 2}]))
        self.validate(pick)
        self.assertEqual(redemption.state, "picking")
        ship = self.assertStep(redemption, self.warehouse.out_type_id, 2)
        self.assertEqual(self.ledger._check_invariants(), [])
        ship.with_user(self.storeman).carrier_tracking_ref = "SF1"
        self.assertEqual([shipment["state"] for shipment in redemption._shipments()], ["picking"])
        self.validate(ship)
        self.assertEqual((redemption.state, redemption.tracking_number), ("shipped", "SF1"))
        self.assertEqual([shipment["state"] for shipment in redemption._shipments()], ["sent"])
        self.assertEqual(self.stock(), (8, 0))

    def test_picked_packed_and_shipped(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        redemption = self.approved(quantity=2)
        for kind in (self.warehouse.pick_type_id, self.warehouse.pack_type_id, self.warehouse.out_type_id):
            self.assertEqual(redemption.state, "picking")
            self.validate(self.assertStep(redemption, kind, 2))
        self.assertEqual((redemption.state, len(redemption.picking_ids)), ("shipped", 3))
        self.assertEqual(self.stock(), (8, 0))

    def test_part_by_part(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        redemption = self.approved(quantity=5)
        first = redemption.picking_ids
        self.validate(first, 2)
        rest = first.backorder_ids
        self.assertEqual((rest.giftcard_redemption_id, rest.state), (redemption, "assigned"))
        for kind in (self.warehouse.pack_type_id, self.warehouse.out_type_id):
            self.validate(redemption.picking_ids.filtered_domain([("picking_type_id", "=", kind.id)]))
        self.assertEqual(redemption.state, "picking")
        self.assertEqual([s["state"] for s in redemption._shipments()], ["picking", "sent"])
        with self.assertRaises(IllegalTransition):
            redemption._cancel("too late")
        self.env.invalidate_all()
        self.go_through(redemption)
        self.assertEqual(redemption.state, "shipped")
        self.assertEqual(self.stock(), (5, 0))

    def test_two_orders_go_their_own_ways(self):
        one, other = self.approved(quantity=2), self.approved(quantity=1, key="b")
        self.validate(one.picking_ids | other.picking_ids)
        self.assertStep(one, self.warehouse.out_type_id, 2)
        self.validate(self.assertStep(other, self.warehouse.out_type_id, 1))
        self.assertEqual((one.state, other.state), ("picking", "shipped"))

    def test_nothing_is_left_out_and_nothing_more_is_picked(self):
        redemption = self.approved(quantity=5)
        for quantity, backorder in ((2, False), (6, True)):
            with self.assertRaises(IllegalTransition):
                self.validate(redemption.picking_ids, quantity, backorder=backorder)
            self.env.invalidate_all()
        self.assertStep(redemption, self.warehouse.pick_type_id, 5)

    def test_not_before_approval(self):
        redemption = self.send()
        redemption._make_transfers()
        with self.assertRaises(IllegalTransition):
            self.validate(redemption.picking_ids)

    def test_made_by_the_job(self):
        self.company.giftcard_approve_points = 1000
        redemption = self.send(2)
        self.assertEqual((redemption.state, redemption.transfer_due), ("approved", True))
        with self.enter_registry_test_mode():
            self.env.ref("giftcard_pickup.ir_cron_make_transfers").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(redemption.state, "picking")
        self.assertStep(redemption, self.warehouse.pick_type_id, 2)

    def test_what_was_picked_is_brought_back_when_it_is_cancelled(self):
        redemption = self.approved(quantity=5)
        pick = redemption.picking_ids
        self.validate(pick, 2)
        out = self.warehouse.wh_output_stock_loc_id
        redemption._cancel("no")
        self.assertCard(self.card, 100)
        self.assertEqual(set(redemption.picking_ids.mapped("state")), {"done", "cancel"})
        back = self.env["stock.picking"].search([("location_id", "=", out.id), ("state", "=", "assigned")])
        self.assertEqual((back.move_ids.quantity, back.location_dest_id), (2, self.warehouse.lot_stock_id))
        self.assertFalse(back.giftcard_redemption_id)
        self.validate(back)
        self.assertEqual(self.stock(), (10, 0))

    def test_what_was_picked_is_taken_back_by_a_standard_return(self):
        redemption = self.approved(quantity=2)
        pick = redemption.picking_ids
        self.validate(pick)
        redemption._cancel("no")
        out = self.warehouse.wh_output_stock_loc_id
        self.env["stock.picking"].search([("location_id", "=", out.id), ("state", "=", "assigned")]).action_cancel()
        self.take_back(pick, 2)
        self.assertCard(self.card, 100)
        self.assertEqual((redemption.state, self.stock()), ("cancelled", (10, 0)))

    def test_a_step_is_neither_cancelled_nor_taken_back_by_the_warehouse(self):
        redemption = self.approved(quantity=2)
        self.validate(redemption.picking_ids)
        with self.assertRaises(UserError):
            self.step(redemption).with_user(self.storeman).action_cancel()
        with self.assertRaises(UserError):
            self.take_back(redemption.picking_ids.filtered(lambda picking: picking.state == "done"), 2)
        with self.assertRaises(AccessError):
            self.step(redemption).with_user(self.storeman).giftcard_redemption_id = False

    def take_back(self, picking, quantity, exchange=False):
        wizard = self.env["stock.return.picking"].with_user(self.storeman)
        wizard = wizard.with_context(active_id=picking.id, active_model="stock.picking").create({})
        wizard.product_return_moves.quantity = quantity
        action = wizard.action_create_exchanges() if exchange else wizard.action_create_returns()
        back = self.env["stock.picking"].browse(action["res_id"])
        back.move_ids.write({"quantity": quantity, "picked": True})
        self.validate(back)
        self.env.invalidate_all()
        return back

    def test_shipped_goods_come_back(self):
        redemption = self.approved(quantity=2)
        self.go_through(redemption)
        self.take_back(redemption.picking_ids.filtered("carrier_id"), 1)
        self.assertEqual((redemption.state, redemption.line_ids.returned_quantity), ("shipped", 1))
        self.assertCard(self.card, 90)

    def test_exchange_goes_out_beside_the_order(self):
        redemption = self.approved(quantity=3)
        self.validate(redemption.picking_ids, 1)
        shipped = redemption.picking_ids.filtered("carrier_id")
        self.validate(shipped)
        self.take_back(shipped, 1, exchange=True)
        self.assertStep(redemption, self.warehouse.pick_type_id, 2)
        self.assertCard(self.card, 70)
        self.go_through(redemption)
        self.assertEqual(redemption.state, "shipped")

    def test_pickup_is_one_transfer(self):
        redemption = self.ready(quantity=2)
        picking = redemption.picking_ids
        self.assertEqual((picking.picking_type_id, picking.state), (self.warehouse.out_type_id, "assigned"))
        self.hand_over(redemption.pickup_code_ids.digits)
        self.assertEqual((redemption.state, redemption.picking_ids, self.stock()), ("done", picking, (8, 0)))
