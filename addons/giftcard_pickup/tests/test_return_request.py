from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..exceptions import IllegalTransition, InvalidQuantity, NotReturnable
from .common import PickupCase


@tagged("post_install", "-at_install")
class TestReturnRequest(PickupCase):
    def setUp(self):
        super().setUp()
        self.reviewer = self._make_user("reviewer_returns", "giftcard_pickup.group_reviewer")
        self.redemption = self.ready(quantity=2)
        self.line = self.redemption.line_ids

    def hand_out(self):
        self.hand_over(self.redemption.pickup_code_id.digits)

    def ask(self, quantity=1):
        return self.redemption._request_return({self.line.id: quantity}, "Broken")

    def take_in(self, request):
        picking = request.picking_ids
        picking.move_ids.picked = True
        picking.with_context(skip_sms=True, skip_backorder=True).button_validate()
        self.env.invalidate_all()

    def test_the_whole_way(self):
        self.hand_out()
        request = self.ask(2)
        self.assertFalse(self.redemption._may_return())
        request.with_user(self.reviewer).action_accept()
        self.assertEqual((request.state, request.decided_by_id), ("accepted", self.reviewer))
        self.assertCard(self.card, 80)
        self.take_in(request)
        self.assertEqual((request.state, self.redemption.state), ("done", "returned"))
        self.assertCard(self.card, 100)
        self.assertEqual(self.stock(), (3, 0))
        self.assertEqual(self.reward.redeemed, 0)

    def test_a_part_and_then_the_rest(self):
        self.hand_out()
        for quantity in (1, 1):
            request = self.ask(quantity)
            request.with_user(self.reviewer).action_accept()
            self.assertEqual(request.picking_ids.move_ids.product_uom_qty, 1)
            self.take_in(request)
            self.assertEqual(request.state, "done")
        self.assertCard(self.card, 100)
        with self.assertRaises(IllegalTransition):
            self.ask()

    def test_only_what_the_member_has(self):
        with self.assertRaises(IllegalTransition):
            self.ask()
        self.hand_out()
        for quantity in (0, -1, 3):
            with self.assertRaises(InvalidQuantity):
                self.ask(quantity)
        with self.assertRaises(InvalidQuantity):
            self.redemption._request_return({}, "x")
        other = self.ready(key="other").line_ids
        with self.assertRaises(NotReturnable):
            self.redemption._request_return({other.id: 1}, "x")
        self.ask()
        with self.assertRaises(IllegalTransition):
            self.ask()

    def test_not_when_it_is_too_late(self):
        self.hand_out()
        self.company.giftcard_return_days = 0
        self.assertFalse(self.redemption._may_return())
        with self.assertRaises(NotReturnable):
            self.ask()
        self.company.giftcard_return_days = 7
        self.assertTrue(self.redemption._may_return())
        late = fields.Datetime.now() + timedelta(days=8)
        self.patch(fields.Datetime, "now", lambda: late)
        with self.assertRaises(NotReturnable):
            self.ask()

    def test_services_do_not_come_back(self):
        wash = self.ready(reward=self.service, key="wash")
        self.hand_over(wash.pickup_code_id.digits)
        self.assertFalse(wash._may_return())
        with self.assertRaises(NotReturnable):
            wash._request_return({wash.line_ids.id: 1}, "x")

    def test_decided_once(self):
        self.hand_out()
        request = self.ask().with_user(self.reviewer)
        request.answer = "Please keep it."
        request.action_refuse()
        for step in (request.action_accept, request.action_refuse, request._withdraw):
            with self.assertRaises(IllegalTransition):
                step()
        self.assertFalse(request.sudo().picking_ids)
        self.ask()._withdraw()
        self.assertTrue(self.redemption._may_return())

    def test_who_may(self):
        self.hand_out()
        request = self.ask()
        with self.assertRaises(AccessError):
            request.with_user(self.clerk).action_accept()
        with self.assertRaises(AccessError):
            request.with_user(self.reviewer).write({"state": "done"})
        with self.assertRaises(AccessError):
            request.with_user(self.reviewer).create({"redemption_id": self.redemption.id})
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._make_user("reviewer_other", "giftcard_pickup.group_reviewer")
        stranger.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        requests = self.env["giftcard.return.request"].with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertFalse(requests.search([("id", "=", request.id)]))
