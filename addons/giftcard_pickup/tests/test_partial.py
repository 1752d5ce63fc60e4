from odoo.exceptions import UserError
from odoo.tests import tagged

from ..exceptions import LotNotAvailable, LotRequired, NotLeftToHandOver
from .common import PickupCase


@tagged("post_install", "-at_install")
class TestPartial(PickupCase):
    """Some now, the rest later: each piece once."""

    def setUp(self):
        super().setUp()
        self.redemption = self.redemptions._submit(
            self.alice, self.store, [(self.reward, 3), (self.service, 1)], "partial"
        )
        self.redemption._approve()
        self.code = self.redemption.pickup_code_id
        self.mugs, self.wash = self.redemption.line_ids

    def part(self, scanned=None, **quantities):
        parts = [{"line_id": getattr(self, name).id, "quantity": quantity} for name, quantity in quantities.items()]
        with self.enter_registry_test_mode():
            return self.codes.with_user(self.clerk)._hand_over(scanned or self.code.token, self.store, parts)

    def test_in_parts_against_the_same_code(self):
        answer = self.part(mugs=1)
        self.assertEqual((answer["result"], answer["left"]), ("handed_over", 3))
        self.assertEqual((self.redemption.state, self.code.state), ("ready", "open"))
        self.assertTrue(self.redemption.picked_up_in_part)
        self.assertEqual(self.stock(), (2, 2))
        self.assertEqual(sorted(self.redemption.picking_ids.mapped("state")), ["assigned", "done"])
        self.assertEqual(self.env["giftcard.ledger"]._check_invariants(), [])
        answer = self.verify(self.code.digits)
        self.assertEqual(
            [(line["name"], line["quantity"], line["handed"]) for line in answer["lines"]],
            [("Mug", 2, 1), ("Car wash", 1, 0)],
        )
        self.assertEqual(self.part(wash=1)["left"], 2)
        self.assertEqual(self.stock(), (2, 2))
        self.assertEqual(self.hand_over(self.code.token)["left"], 0)
        self.assertEqual((self.redemption.state, self.code.state), ("done", "used"))
        self.assertEqual(self.stock(), (0, 0))
        handed = [
            [(line.line_id, line.quantity) for line in handover.line_ids]
            for handover in self.redemption.handover_ids.sorted("id")
        ]
        self.assertEqual(handed, [[(self.mugs, 1)], [(self.wash, 1)], [(self.mugs, 2)]])
        self.assertEqual([event.kind for event in self.code.event_ids], ["issued", "part", "part", "used"])

    def test_the_rest_against_a_new_code(self):
        self.part(mugs=2, wash=1)
        new = self.redemption._reissue_code("Screenshot went round")
        self.assertEqual(self.hand_over(self.code.token)["result"], "replaced")
        self.assertEqual(self.hand_over(new.token)["left"], 0)
        self.assertEqual(self.redemption.handover_ids.code_id, self.code | new)
        self.assertEqual(self.stock(), (0, 0))

    def test_never_more_than_is_left(self):
        self.part(mugs=2)
        for quantities in ({"mugs": 2}, {"mugs": 0}, {"mugs": -1}, {"mugs": True}, {"mugs": 1.0}, {}):
            with self.assertRaises(NotLeftToHandOver):
                self.part(**quantities)
        other = self.ready(reward=self.service, key="other").line_ids
        for parts in (
            [{"line_id": other.id, "quantity": 1}],
            [{"line_id": self.mugs.id, "quantity": 1}] * 2,
            [{"line_id": self.mugs.id}],
            ["x"],
            "x",
        ):
            with self.enter_registry_test_mode(), self.assertRaises(NotLeftToHandOver):
                self.codes._hand_over(self.code.token, self.store, parts)
        self.env.invalidate_all()
        self.assertEqual(self.mugs.handed_quantity, 2)

    def test_the_rest_does_not_leave_by_the_transfer_alone(self):
        self.part(mugs=1)
        rest = self.redemption.picking_ids.filtered(lambda picking: picking.state == "assigned")
        with self.assertRaises(UserError):
            rest.button_validate()
        with self.assertRaises(UserError):
            rest.action_cancel()

    def test_a_picking_type_without_backorders_keeps_the_rest(self):
        self.warehouse.out_type_id.create_backorder = "never"
        self.part(mugs=1)
        self.assertEqual(self.stock(), (2, 2))
        self.assertEqual(self.hand_over(self.code.token)["left"], 0)

    def test_the_rest_is_cancelled(self):
        self.part(mugs=1)
        self.redemption._cancel("Enough", member=self.alice)
        self.assertEqual((self.redemption.state, self.code.state), ("done", "void"))
        self.assertEqual((self.mugs.unclaimed_quantity, self.wash.unclaimed_quantity), (2, 1))
        self.assertEqual(self.stock(), (2, 0))
        self.assertCard(self.card, 90)
        self.assertEqual(self.reward.redeemed, 1)
        self.assertEqual(self.hand_over(self.code.token)["result"], "void")
        self.assertEqual(self.redemption.transition_ids[-1].reason, "Enough")


@tagged("post_install", "-at_install")
class TestLots(PickupCase):
    """Tracked goods: what is scanned is what leaves."""

    def setUp(self):
        super().setUp()
        self.phone = self.tracked("Phone", "serial", [("SN1", 1), ("SN2", 1), ("SN3", 1)])
        self.tea = self.tracked("Tea", "lot", [("L1", 2), ("L2", 5)])

    def tracked(self, name, tracking, lots):
        product = self.env["product.product"].create(
            {"name": name, "type": "consu", "is_storable": True, "tracking": tracking}
        )
        for number, quantity in lots:
            lot = self.env["stock.lot"].create({"name": number, "product_id": product.id})
            self.env["stock.quant"]._update_available_quantity(
                product, self.warehouse.lot_stock_id, quantity, lot_id=lot
            )
        return self.env["giftcard.reward"].create(
            {"product_id": product.id, "program_id": self.points_program.id, "points_price": 1, "published": True}
        )

    def give(self, redemption, numbers, quantity=None):
        parts = [
            {
                "line_id": redemption.line_ids.id,
                "quantity": quantity or sum(pieces for __, pieces in numbers),
                "lots": [{"name": name, "quantity": pieces} for name, pieces in numbers],
            }
        ]
        with self.enter_registry_test_mode():
            return self.codes.with_user(self.clerk)._hand_over(redemption.pickup_code_id.token, self.store, parts)

    def left_with(self, redemption):
        moves = redemption.picking_ids.move_ids.filtered(lambda move: move.state == "done")
        return sorted((line.lot_id.name, line.quantity) for line in moves.move_line_ids)

    def test_numbers_are_asked_for(self):
        redemption = self.ready(reward=self.phone, quantity=2)
        [line] = self.verify(redemption.pickup_code_id.token)["lines"]
        self.assertEqual((line["tracking"], line["lots"]), ("serial", ["SN1", "SN2"]))
        with self.assertRaises(LotRequired):
            self.hand_over(redemption.pickup_code_id.token)
        for numbers, quantity in (
            ([("SN1", 1)], 2),
            ([("SN1", 2)], 2),
            ([("SN1", 1), ("SN1", 1)], 2),
            ([("SN1", 1), ("SN2", 1), ("SN3", 1)], 2),
            ([(" ", 1), ("SN2", 1)], 2),
        ):
            with self.assertRaises(LotRequired):
                self.give(redemption, numbers, quantity)
        with self.assertRaises(LotNotAvailable):
            self.give(redemption, [("SN1", 1), ("SN9", 1)])
        self.env.invalidate_all()
        self.assertEqual((redemption.state, redemption.pickup_code_id.state), ("ready", "open"))

    def test_what_is_scanned_leaves(self):
        redemption = self.ready(reward=self.phone, quantity=2)
        self.assertEqual(self.give(redemption, [("SN3", 1), (" SN1", 1)])["left"], 0)
        self.assertEqual(self.left_with(redemption), [("SN1", 1), ("SN3", 1)])
        self.assertEqual(redemption.handover_ids.line_ids.lots, "SN3, SN1")

    def test_a_piece_kept_for_another_order_is_exchanged(self):
        first, second = self.ready(reward=self.phone), self.ready(reward=self.phone, key="2")
        self.assertEqual(second.picking_ids.move_line_ids.lot_id.name, "SN2")
        self.give(first, [("SN2", 1)])
        self.assertEqual(self.left_with(first), [("SN2", 1)])
        self.assertEqual(second.picking_ids.state, "assigned")
        self.assertEqual(second.picking_ids.move_line_ids.lot_id.name, "SN1")
        self.give(second, [("SN3", 1)])
        self.assertEqual(self.left_with(second), [("SN3", 1)])

    def test_a_piece_is_handed_over_once(self):
        first, second = self.ready(reward=self.phone), self.ready(reward=self.phone, key="2")
        self.give(first, [("SN1", 1)])
        with self.assertRaises(LotNotAvailable):
            self.give(second, [("SN1", 1)])

    def test_lots_in_parts(self):
        redemption = self.ready(reward=self.tea, quantity=5)
        self.assertEqual(self.give(redemption, [("L2", 2)])["left"], 3)
        self.assertEqual(self.left_with(redemption), [("L2", 2)])
        with self.assertRaises(LotNotAvailable):
            self.give(redemption, [("L1", 3)])
        self.env.invalidate_all()
        self.assertEqual(self.give(redemption, [("L1", 2), ("L2", 1)])["left"], 0)
        self.assertEqual(self.left_with(redemption), [("L1", 2), ("L2", 1), ("L2", 2)])
        self.assertEqual(self.stock(self.tea.product_id), (2, 0))
