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

    def test_a_lost_reply_costs_nothing(self):
        redemption = self.ready(quantity=2)
        self.env.cr.execute(
            "UPDATE giftcard_pickup_code SET digits = '12345678' WHERE id = %s", redemption.pickup_code_ids.ids
        )
        self.env.invalidate_all()
        action = self.env.ref("giftcard_pickup.giftcard_pickup_verify_action")
        self.start_tour(f"/odoo/action-{action.id}", "giftcard_pickup_lost_reply", login=self.clerk.login)
        self.env.invalidate_all()
        self.assertEqual((redemption.state, len(redemption.handover_ids)), ("done", 1))

    def test_parts_and_serial_numbers_for_a_proxy(self):
        phone = self.env["product.product"].create(
            {"name": "Phone", "type": "consu", "is_storable": True, "tracking": "serial"}
        )
        for name in ("SN1", "SN2", "SN3"):
            lot = self.env["stock.lot"].create({"name": name, "product_id": phone.id})
            self.env["stock.quant"]._update_available_quantity(phone, self.warehouse.lot_stock_id, 1, lot_id=lot)
        phones = self.env["giftcard.reward"].create(
            {"product_id": phone.id, "program_id": self.points_program.id, "points_price": 1, "published": True}
        )
        redemption = self.redemptions._submit(self.alice, self.store, [(self.reward, 3), (phones, 2)], "lots")
        redemption._approve()
        proxy = redemption._set_proxy("Zhang San", "1234")
        self.env.cr.execute("UPDATE giftcard_pickup_code SET digits = '12345678' WHERE id = %s", proxy.ids)
        self.env.invalidate_all()
        action = self.env.ref("giftcard_pickup.giftcard_pickup_verify_action")
        self.start_tour(f"/odoo/action-{action.id}", "giftcard_pickup_lots", login=self.clerk.login)
        self.env.invalidate_all()
        self.assertEqual((redemption.state, proxy.state), ("done", "used"))
        lots = redemption.handover_ids.sorted("id").line_ids.filtered("lots").mapped("lots")
        self.assertEqual(lots, ["SN3", "SN1"])
