from odoo.tests import tagged

from odoo.addons.giftcard_points.models.ledger.act import Act
from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon


@tagged("post_install", "-at_install")
class TestTillPickup(TestPointOfSaleHttpCommon):
    """Pickups at the till, in a real browser, with network and without."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for group in ("giftcard_points.group_manager", "giftcard_pickup.group_manager", "stock.group_stock_manager"):
            cls.env.user.group_ids |= cls.env.ref(group)
        program = cls.env["loyalty.program"].create(
            {
                "name": "Points",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "pos_ok": False,
                "reward_ids": [(0, 0, {"reward_type": "discount", "discount": 1, "required_points": 1})],
            }
        )
        cls.alice = cls.env["res.partner"].create({"name": "Alice"})
        cls.alice._join("pos")
        cls.env["giftcard.ledger"]._grant(Act("earn"), cls.alice._member_card(program), 1000)
        cls.warehouse = cls.env["stock.warehouse"].create({"name": "East", "code": "EAST"})
        cls.store, cls.west = cls.env["giftcard.store"].create(
            [
                {"name": name, "code": name, "warehouse_id": cls.warehouse.id, "user_ids": cls.pos_user.ids}
                for name in ("East", "West")
            ]
        )
        cls.main_pos_config.giftcard_store_id = cls.store
        cls.pos_user.group_ids |= cls.env.ref("giftcard_pickup.group_clerk")
        cls.mug, cls.phone = cls.env["product.product"].create(
            [
                {"name": "Mug", "type": "consu", "is_storable": True},
                {"name": "Phone", "type": "consu", "is_storable": True, "tracking": "serial"},
            ]
        )
        quants = cls.env["stock.quant"]
        quants._update_available_quantity(cls.mug, cls.warehouse.lot_stock_id, 50)
        for name in ("SN1", "SN2", "SN3"):
            lot = cls.env["stock.lot"].create({"name": name, "product_id": cls.phone.id})
            quants._update_available_quantity(cls.phone, cls.warehouse.lot_stock_id, 1, lot_id=lot)
        cls.rewards = cls.env["giftcard.reward"].create(
            [
                {"product_id": product.id, "program_id": program.id, "points_price": 10, "published": True}
                for product in (cls.mug, cls.phone)
            ]
        )

    def setUp(self):
        super().setUp()
        self.main_pos_config.with_user(self.pos_user).open_ui()

    def tearDown(self):
        self.assertEqual(self.env["giftcard.ledger"].sudo()._check_invariants(), [])
        super().tearDown()

    def ready(self, key, *quantities, store=None):
        lines = [(reward, quantity) for reward, quantity in zip(self.rewards, quantities, strict=False) if quantity]
        redemption = self.env["giftcard.redemption"]._submit(self.alice, store or self.store, lines, key)
        redemption._approve()
        return redemption

    def run_tour(self, name, **tokens):
        cookies = {f"giftcard_{name}": redemption.pickup_code_id.token for name, redemption in tokens.items()}
        self.start_pos_tour(name, cookies=cookies)
        self.env.invalidate_all()

    def test_with_network(self):
        redemption = self.ready("a", 3, 2)
        self.env.cr.execute(
            "UPDATE giftcard_pickup_code SET digits = '12345678' WHERE id = %s", redemption.pickup_code_id.ids
        )
        self.env.invalidate_all()
        self.run_tour("giftcard_till_pickup")
        self.assertEqual((redemption.state, redemption.pickup_code_id.used_by_id), ("done", self.pos_user))
        handed = [
            [(line.line_id.product_id.name, line.quantity, line.lots) for line in handover.line_ids]
            for handover in redemption.handover_ids.sorted("id")
        ]
        self.assertEqual(handed, [[("Mug", 1, False), ("Phone", 1, "SN3")], [("Mug", 2, False), ("Phone", 1, "SN1")]])

    def test_without_network(self):
        mine, other = self.ready("a", 2), self.ready("b", 1, store=self.west)
        self.run_tour("giftcard_till_pickup_offline", mine=mine, other=other)
        self.assertEqual((mine.state, other.state), ("done", "ready"))
        records = self.env["giftcard.pickup.offline"].search([("redemption_id", "=", mine.id)])
        self.assertEqual(records.mapped("state"), ["applied"] * 2)
        self.assertEqual(records.user_id, self.pos_user)

    def test_a_conflict_is_shown_and_kept(self):
        redemption = self.ready("a", 2)
        self.run_tour("giftcard_till_pickup_conflict", mine=redemption)
        record = self.env["giftcard.pickup.offline"].search([("redemption_id", "=", redemption.id)])
        self.assertEqual((record.state, record.goods), ("conflict", "Mug × 2"))
        self.assertEqual(len(redemption.handover_ids), 1)

    def test_the_till_remembers_what_it_handed_over(self):
        redemption = self.ready("a", 2)
        self.run_tour("giftcard_till_pickup_remembers", mine=redemption)
        self.assertEqual((redemption.state, len(redemption.handover_ids)), ("done", 2))

    def test_an_old_answer_does_not_make_the_till_forget(self):
        redemption = self.ready("a", 2)
        self.run_tour("giftcard_till_pickup_old_answer", mine=redemption)
        self.assertEqual(redemption.state, "done")

    def test_a_lost_reply_costs_nothing(self):
        redemption = self.ready("a", 2)
        self.env.cr.execute(
            "UPDATE giftcard_pickup_code SET digits = '12345678' WHERE id = %s", redemption.pickup_code_id.ids
        )
        self.env.invalidate_all()
        self.run_tour("giftcard_till_pickup_lost_reply", mine=redemption)
        self.assertEqual((redemption.state, len(redemption.handover_ids)), ("done", 1))

    def test_the_till_remembers_what_could_not_be_booked(self):
        redemption = self.ready("a", 2)
        self.run_tour("giftcard_till_pickup_not_booked", mine=redemption)
        self.assertEqual((redemption.state, len(redemption.handover_ids)), ("ready", 0))

    def test_who_is_no_clerk_of_the_store_has_no_button(self):
        self.store.user_ids = False
        self.assertEqual(self.main_pos_config.with_user(self.pos_user).giftcard_pickup_store, 0)
        self.run_tour("giftcard_till_no_pickup")
