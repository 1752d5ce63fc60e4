from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import PickupCase


@tagged("post_install", "-at_install")
class TestStoreRequest(PickupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.central = cls.env["stock.warehouse"].create({"name": "Central", "code": "CENT"})
        cls.put(cls.mug, 100, cls.central)
        cls.warehouse.resupply_wh_ids = cls.central
        cls.requests = cls.env["giftcard.store.request"]
        cls.storeman = cls._make_user("storeman", "stock.group_stock_user")

    def request(self, quantity=10, user=None):
        form = Form(
            self.requests.with_user(user or self.clerk).with_context(default_store_id=self.store.id),
            view="giftcard_pickup.giftcard_store_request_view_form",
        )
        with form.line_ids.new() as line:
            line.product_id = self.mug
            line.quantity = quantity
            self.assertEqual((line.in_store, line.in_source), (3, 100))
        return form.save()

    def pickings(self, request):
        moves = request.sudo().reference_id.move_ids
        out = moves.filtered(lambda move: move.picking_type_id.warehouse_id == self.central).picking_id
        return out, moves.picking_id - out

    def validate(self, picking, quantity=None):
        picking = picking.with_user(self.storeman)
        if quantity:
            picking.move_ids.quantity = quantity
        picking.with_context(skip_backorder=True).button_validate()

    def test_goods_come_through_transit(self):
        action = self.store.with_user(self.clerk).action_request_goods()
        self.assertEqual(action["context"], {"default_store_id": self.store.id})
        request = self.request()
        self.assertEqual((request.state, request.source_id.sudo()), ("draft", self.central))
        request.action_send()
        self.assertEqual(request.state, "requested")
        self.assertTrue(request.name.startswith("GR"))
        self.assertEqual(self.store.with_user(self.clerk).open_request_count, 1)
        out, arriving = self.pickings(request)
        self.assertEqual(out.location_dest_id.usage, "transit")
        self.assertEqual(arriving.location_dest_id, self.warehouse.lot_stock_id)
        self.assertEqual(self.stock(warehouse=self.central), (100, 10))
        self.validate(out)
        self.assertEqual((request.state, self.stock(warehouse=self.central)), ("in_transit", (90, 0)))
        self.assertEqual(self.stock(), (3, 0))
        self.validate(arriving)
        self.assertEqual((request.state, request.line_ids.received), ("received", 10))
        self.assertEqual(self.stock(), (13, 0))
        self.assertEqual(self.store.with_user(self.clerk).open_request_count, 0)

    def test_the_source_is_found_without_a_form(self):
        self.assertEqual(self.requests.create({"store_id": self.store.id}).source_id, self.central)

    def test_part_arrives(self):
        request = self.request()
        request.action_send()
        out, __ = self.pickings(request)
        self.validate(out, 4)
        arriving = self.pickings(request)[1].filtered(lambda picking: picking.state == "assigned")
        self.validate(arriving)
        self.assertEqual((request.state, request.line_ids.received), ("in_transit", 4))
        self.validate(self.pickings(request)[0].filtered(lambda picking: picking.state != "done"))
        self.validate(self.pickings(request)[1].filtered(lambda picking: picking.state != "done"))
        self.assertEqual((request.state, request.line_ids.received), ("received", 10))

    def test_warehouse_cancels(self):
        request = self.request()
        request.action_send()
        out, arriving = self.pickings(request)
        out.with_user(self.storeman).action_cancel()
        self.assertEqual((request.state, arriving.state), ("cancelled", "cancel"))
        self.assertEqual(self.stock(warehouse=self.central), (100, 0))

    def test_warehouse_sends_less(self):
        request = self.request()
        request.action_send()
        out, arriving = self.pickings(request)
        out.move_ids.quantity = 4
        out.with_context(skip_backorder=True, picking_ids_not_to_backorder=out.ids).button_validate()
        self.validate(arriving)
        self.assertEqual((request.state, request.line_ids.received), ("received", 4))

    def test_sent_once_and_not_changed_after(self):
        request = self.request()
        request.action_send()
        for change in (
            request.action_send,
            request.unlink,
            lambda: request.write({"note": "more"}),
            lambda: request.line_ids.write({"quantity": 99}),
            request.line_ids.unlink,
            lambda: request.line_ids.create({"request_id": request.id, "product_id": self.service.product_id.id}),
        ):
            with self.assertRaises(UserError):
                change()
        self.assertEqual(len(request.sudo().reference_id.move_ids), 2)

    def test_needs_a_route_and_goods(self):
        request = self.request()
        self.warehouse.resupply_wh_ids = False
        with self.assertRaises(UserError):
            request.action_send()
        self.warehouse.resupply_wh_ids = self.central
        request.line_ids.unlink()
        with self.assertRaises(UserError):
            request.action_send()
        self.assertEqual(request.state, "draft")

    def test_only_for_the_own_store(self):
        west = self._make_user("clerk_west", "giftcard_pickup.group_clerk")
        request = self.request()
        self.assertFalse(self.requests.with_user(west).search([("id", "=", request.id)]))
        for change in (
            lambda: request.with_user(west).read(["name"]),
            lambda: request.with_user(west).action_send(),
            lambda: request.line_ids.with_user(west).write({"quantity": 1}),
            lambda: self.requests.with_user(west).create({"store_id": self.store.id, "source_id": self.central.id}),
        ):
            with self.assertRaises(AccessError):
                change()

    def test_what_has_become_of_it_is_not_written(self):
        draft, sent = self.request(), self.request()
        sent.action_send()
        other = self.env["res.company"].create({"name": "Other"})
        requests = self.requests.with_user(self.clerk)
        forged = {
            "reference_id": sent.sudo().reference_id.id,
            "state": "received",
            "name": "GR00001",
            "user_id": self.storeman.id,
            "company_id": other.id,
        }
        for name, value in forged.items():
            with self.subTest(name):
                with self.assertRaises(AccessError):
                    requests.create({"store_id": self.store.id, "source_id": self.central.id, name: value})
                with self.assertRaises(AccessError):
                    draft.write({name: value})
                made = requests.with_context(**{f"default_{name}": value}).create(
                    {"store_id": self.store.id, "source_id": self.central.id}
                )
                self.assertEqual((made.state, made.user_id, made.name), ("draft", self.clerk, "New"))
                self.assertEqual((made.sudo().reference_id.ids, made.company_id), ([], self.company))
        copy = draft.copy()
        self.assertEqual((copy.user_id, copy.line_ids.quantity), (self.clerk, 10))
        with self.assertRaises(UserError):
            draft.line_ids.write({"request_id": sent.id})
        self.assertEqual(set(sent.sudo().reference_id.move_ids.mapped("state")), {"assigned", "waiting"})

    def test_a_request_is_not_given_to_another_store(self):
        west_clerk = self._make_user("clerk_west", "giftcard_pickup.group_clerk")
        west = self.store.copy({"name": "West", "code": "W", "user_ids": [(6, 0, west_clerk.ids)]})
        request = self.request()
        with self.assertRaises(AccessError):
            request.write({"store_id": west.id})
        with self.assertRaises(AccessError):
            foreign = self.requests.create({"store_id": west.id})
            request.line_ids.write({"request_id": foreign.id})

    def test_the_clerk_takes_the_goods_in(self):
        request = self.request()
        with self.assertRaises(UserError):
            request.action_receive()
        request.action_send()
        self.assertFalse(request.is_arriving)
        with self.assertRaises(UserError):
            request.action_receive()
        out, arriving = self.pickings(request)
        self.validate(out, 4)
        self.assertTrue(request.is_arriving)
        arriving = arriving.filtered(lambda picking: picking.state == "assigned")
        # Neither another store's staff, nor who may only look, also when he is a clerk elsewhere.
        west = self._make_user("clerk_west", "giftcard_pickup.group_clerk")
        both = self._make_user("clerk_both", "giftcard_pickup.group_clerk,stock.group_stock_user")
        reviewer = self._make_user("looker", "giftcard_pickup.group_reviewer")
        for user in (west, both, reviewer, self.storeman):
            with self.assertRaises(AccessError):
                request.with_user(user).action_receive()
        Form(request.with_user(self.clerk), view="giftcard_pickup.giftcard_store_request_view_form")
        request.action_receive()
        self.assertEqual((arriving.state, arriving.user_id), ("done", self.clerk))
        self.assertEqual(arriving.move_line_ids.mapped("quantity"), [4])
        self.assertEqual((request.state, request.line_ids.received, self.stock()), ("in_transit", 4, (7, 0)))
        self.assertFalse(request.is_arriving)
        self.validate(self.pickings(request)[0].filtered(lambda picking: picking.state != "done"))
        request.invalidate_recordset()
        request.action_receive()
        self.assertEqual((request.state, request.line_ids.received), ("received", 10))

    def test_roles(self):
        request = self.request()
        for groups in (
            "giftcard_pickup.group_reviewer",
            "giftcard_points.group_auditor",
            "stock.group_stock_user",
        ):
            user = self._make_user(groups.split(".")[1], groups)
            self.assertEqual(request.with_user(user).line_ids.quantity, 10)
            for change in (
                lambda user=user: request.with_user(user).action_send(),
                lambda user=user: request.with_user(user).unlink(),
            ):
                with self.assertRaises(AccessError):
                    change()
        plain = self._make_user("plain", "base.group_user")
        with self.assertRaises(AccessError):
            request.with_user(plain).read(["name"])
        with self.assertRaises(AccessError):
            self.store.with_user(plain).read(["open_request_count"])
        manager = self._make_user("mall", "giftcard_pickup.group_manager")
        self.request(user=manager).action_send()
        company = self.env["res.company"].create({"name": "Other"})
        foreign = self._make_user("foreign", "giftcard_pickup.group_manager,giftcard_points.group_auditor")
        foreign.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        self.assertFalse(self.requests.with_user(foreign).search([]))
