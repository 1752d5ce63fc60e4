from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from odoo.addons.giftcard_points.exceptions import InsufficientBalance
from odoo.addons.giftcard_points.models.ledger.act import Act

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestEarningSale(LedgerCase):
    """Points of sales orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([]).active = False
        cls.points_program.active = True
        cls.points_program.rule_ids = [
            Command.clear(),
            Command.create({"reward_point_amount": 0.1, "reward_point_mode": "money", "minimum_qty": 0}),
        ]
        cls.points_program.reward_ids = [
            Command.clear(),
            Command.create(
                {"reward_type": "discount", "discount_mode": "per_order", "discount": 5, "required_points": 10}
            ),
        ]
        cls.env["giftcard.tier"].search([]).active = False
        cls.env.flush_all()
        cls.tier = cls.env["giftcard.tier"].create({"name": "Gold", "threshold": 0, "earn_multiplier": 1.5})
        cls.alice.member_tier_id = cls.tier
        cls.shirt, cls.radio = cls.env["product.product"].create(
            [
                {"name": name, "list_price": 100, "taxes_id": [Command.clear()], "invoice_policy": "order"}
                for name in ("Shirt", "Radio")
            ]
        )

    def order(self, *lines):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.alice.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": quantity})
                    for product, quantity in lines
                ],
            }
        )
        order._update_programs_and_rewards()
        return order

    def test_order_earns_by_the_tier(self):
        order = self.order((self.shirt, 1))
        self.assertEqual(order.coupon_point_ids.points, 15)
        order.action_confirm()
        self.assertCard(self.card, 15)
        self.assertEqual(self.card.entry_ids.mapped("kind"), ["earn"])

    def test_without_multiplier_it_is_what_stock_odoo_books(self):
        self.tier.earn_multiplier = 1
        self.order((self.shirt, 1), (self.radio, 2)).action_confirm()
        self.assertCard(self.card, 30)

    def test_rules_of_stores_do_not_count(self):
        store = self.env["giftcard.store"].create({"name": "Here", "code": "HERE"})
        self.points_program.rule_ids.store_ids = store
        self.order((self.shirt, 1)).action_confirm()
        self.assertCard(self.card, 0)

    def test_cancelling_undoes_both_sides_and_confirming_again_books_again(self):
        self.grant(self.card, 20)
        order = self.order((self.shirt, 1))
        order._apply_program_reward(self.points_program.reward_ids, self.card)
        order._update_programs_and_rewards()
        order.action_confirm()
        earned = order.coupon_point_ids.points
        self.assertCard(self.card, 20 - 10 + earned)
        order._action_cancel()
        self.assertCard(self.card, 20)
        order.action_draft()
        order._update_programs_and_rewards()
        order.action_confirm()
        self.assertCard(self.card, 20 + 15)
        order._action_cancel()
        self.assertCard(self.card, 20)

    def test_cancelling_when_spent_is_debt_or_refused(self):
        order = self.order((self.shirt, 1))
        order.action_confirm()
        self.ledger._spend(Act("spend"), self.card, 15)
        with self.assertRaises(InsufficientBalance), self.env.cr.savepoint():
            order._action_cancel()
        self.points_program.debt_allowed = True
        order._action_cancel()
        self.assertCard(self.card, -15, debt=15)

    def test_credit_note_takes_back_its_share(self):
        order = self.order((self.shirt, 2), (self.radio, 1))
        order.action_confirm()
        self.assertCard(self.card, 45)
        invoice = order._create_invoices()
        invoice.action_post()
        wizard = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=invoice.ids)
        refund = self.env["account.move"].browse(
            wizard.create({"journal_id": invoice.journal_id.id, "reason": "Returned"}).reverse_moves()["res_id"]
        )
        refund.invoice_line_ids.filtered(lambda line: line.product_id == self.shirt).quantity = 1
        refund.invoice_line_ids.filtered(lambda line: line.product_id == self.radio).unlink()
        refund.action_post()
        self.assertCard(self.card, 30)
        order.with_context(disable_cancel_warning=True)._action_cancel()
        self.assertCard(self.card, 0)

    def test_pending_points_wait_and_do_not_pay_for_the_order_itself(self):
        self.points_program.pending_days = 7
        order = self.order((self.shirt, 1))
        self.assertEqual(order._get_real_points_for_coupon(self.card), 0)
        order.action_confirm()
        self.assertCard(self.card, 15, held=15)
        hold = self.card.hold_ids
        self.assertTrue(hold.pending)
        self.assertAlmostEqual(hold.expires_at, fields.Datetime.now() + timedelta(days=7), delta=timedelta(minutes=1))
