from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from odoo.addons.giftcard_points.exceptions import CardNotUsable, InsufficientBalance

from .common_till import TillCase


@tagged("post_install", "-at_install")
class TestTillHolds(TillCase):
    """The calls of tills, in the orders in which networks deliver them."""

    def test_storing_the_order_takes_what_was_held(self):
        data = self.order(30)
        self.assertTrue(self.hold(data, 30)["successful"])
        self.assertCard(50, held=30)
        order = self.store(data)
        self.assertCard(20)
        self.confirm(order, 30)
        self.assertCard(20)
        self.assertEqual(self.card.sudo().entry_ids.sorted("version").mapped("amount"), [50, -30])

    def test_order_without_confirmation_is_paid_all_the_same(self):
        data = self.order(30)
        self.hold(data, 30)
        self.store(data)
        self.assertCard(20)

    def test_repeated_calls_are_one_payment(self):
        data = self.order(30)
        for __ in range(2):
            self.assertTrue(self.hold(data, 30)["successful"])
        self.assertCard(50, held=30)
        order = self.store(self.order(30) | {"uuid": data["uuid"]})
        self.assertEqual(self.store(self.order(30) | {"uuid": data["uuid"]}), order)
        self.confirm(order, 30)
        self.confirm(order, 30)
        self.assertCard(20)

    def test_two_tills_do_not_overdraw_a_card(self):
        first, second = self.order(30), self.order(30)
        self.assertTrue(self.hold(first, 30)["successful"])
        answer = self.hold(second, 30)
        self.assertFalse(answer["successful"])
        self.assertEqual(answer["points"], {self.card.id: 20})
        with self.assertRaises(InsufficientBalance):
            self.store(second)
        self.assertFalse(self.Order.search([("uuid", "=", second["uuid"])]))
        self.store(first)
        self.assertCard(20)

    def test_order_that_was_not_held_is_charged_or_refused(self):
        self.store(self.order(30))
        self.assertCard(20)
        with self.assertRaises(InsufficientBalance):
            self.store(self.order(30))
        self.assertCard(20)

    def test_changed_order_replaces_its_hold(self):
        data = self.order(30)
        self.hold(data, 30)
        self.hold(data, 10)
        self.assertCard(50, held=10)
        self.assertFalse(self.hold(data, 60)["successful"])
        self.assertCard(50, held=10)

    def test_hold_of_an_abandoned_order_lapses(self):
        self.hold(self.order(30), 30)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=4)):
            self.assertTrue(self.hold(self.order(50, price=60), 50)["successful"])
        self.assertCard(50, held=50)

    def test_sum_of_floats_is_held(self):
        data = self.order(30)
        self.assertTrue(self.hold(data, 10.1 + 20.2 - 0.3)["successful"])
        self.assertNotEqual(10.1 + 20.2, 30.3)
        self.assertTrue(self.hold(data, 10.1 + 20.2)["successful"])
        self.assertCard(50, held=30.3)

    def test_order_is_stored_though_its_hold_has_lapsed(self):
        data = self.order(50, price=60)
        self.hold(data, 50)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=4)):
            self.store(data)
        self.assertCard(0)
        self.assertEqual(self.card.sudo().hold_ids.mapped("state"), ["released"])

    def test_order_that_has_grown_since_it_was_held(self):
        data = self.order(50, price=60)
        self.hold(data, 30)
        self.store(data)
        self.assertCard(0)

    def test_what_is_held_of_other_cards_is_free_again(self):
        other = self.env["loyalty.card"].sudo().create({"program_id": self.program.id, "points": 40})
        data = self.order(30)
        self.Order.giftcard_hold(data["uuid"], {str(self.card.id): 30, str(other.id): 40})
        self.assertEqual(other.held, 40)
        self.store(data)
        self.assertCard(20)
        self.assertEqual((other.balance, other.held), (40, 0))

    def test_order_cannot_count_more_than_the_card_is_charged(self):
        with self.assertRaises(ValidationError):
            self.store(self.order(30, cost=1))
        self.assertCard(50)

    def test_points_do_not_pay_as_money(self):
        program = self.env["loyalty.program"].browse(
            self.env["loyalty.program"].create_from_template("loyalty")["res_id"]
        )
        points = self.env["loyalty.card"].sudo().create({"program_id": program.id, "points": 50})
        data = self.order(30)
        self.assertTrue(self.Order.giftcard_hold(data["uuid"], {str(points.id): 30})["successful"])
        data["lines"][-1][2]["coupon_id"] = points.id
        with self.assertRaises(CardNotUsable):
            self.store(data)
        self.assertEqual((points.balance, points.held), (50, 0))

    def test_draft_order_takes_nothing(self):
        data = self.order(30) | {"state": "draft"}
        self.store(data)
        self.assertCard(50)

    def test_only_cashiers_hold(self):
        stranger = self.env["res.users"].create({"name": "Stranger", "login": "stranger", "group_ids": []})
        with self.assertRaises(AccessError):
            self.Order.with_user(stranger).giftcard_hold("uuid", {str(self.card.id): 1})
        self.assertCard(50)
