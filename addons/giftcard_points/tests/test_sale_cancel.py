from odoo import Command
from odoo.exceptions import UserError

from odoo.addons.giftcard_points.models.ledger.act import Act

from .test_top_up import TopUpCase


class SaleCase(TopUpCase):
    """Products that load a wallet and issue gift cards, and orders that sell them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.top_up = cls._service("Top-up", 500)
        cls.program.rule_ids.write({"product_ids": [Command.set(cls.top_up.ids)]})
        cls.gift_product = cls._service("Gift card", 100)
        cls.gift_program.rule_ids.write({"product_ids": [Command.set(cls.gift_product.ids)]})
        cls.goods = cls._service("Goods", 80)

    @classmethod
    def _service(cls, name, price):
        return cls.env["product.product"].create(
            {"name": name, "type": "service", "list_price": price, "taxes_id": [Command.clear()]}
        )

    def sell(self, product, quantity=1, partner=None):
        order = self.env["sale.order"].create(
            {
                "partner_id": (partner or self.alice).id,
                "order_line": [Command.create({"product_id": product.id, "product_uom_qty": quantity})],
            }
        )
        order._update_programs_and_rewards()
        return order

    def gift_cards(self, order):
        return (
            self.env["loyalty.card"]
            .with_context(active_test=False)
            .search([("order_id", "=", order.id), ("program_id", "=", self.gift_program.id)], order="id")
        )


class TestSaleCancel(SaleCase):
    """Sales orders that sell stored value and gift cards, pay with them, and are cancelled."""

    def test_order_loads_with_the_bonus_once(self):
        order = self.sell(self.top_up)
        order.action_confirm()
        self.assertCard(self.wallet, 550)
        self.assertEqual(self.lots(), {"paid": (500, 500), "bonus": (50, 50)})
        operation = self.wallet.entry_ids.operation_id
        self.assertEqual((operation.kind, operation.document_name), ("load", order.name))

    def test_cancelled_top_up_takes_back_what_is_left(self):
        order = self.sell(self.top_up)
        order.action_confirm()
        self.ledger._spend(Act("spend"), self.wallet, 120)
        order._action_cancel()
        self.assertCard(self.wallet, 0)
        payout = self.wallet.entry_ids.operation_id.filtered(lambda operation: operation.kind == "payout")
        self.assertEqual(payout.document_name, order.name)
        self.assertIn("120", payout.reason)
        self.assertEqual(self.wallet.state, "active")

    def test_paid_by_wallet_is_given_back_to_its_lots(self):
        """Stock Odoo would add the sum anew, and so the tier's bonus with it."""
        self.load(500)
        order = self.sell(self.goods)
        order._apply_program_reward(self.program.reward_ids, self.wallet)
        order.action_confirm()
        self.assertCard(self.wallet, 470)
        order._action_cancel()
        self.assertCard(self.wallet, 550)
        self.assertEqual(self.lots(), {"paid": (500, 500), "bonus": (50, 50)})
        self.assertEqual(self.wallet.entry_ids.sorted("version").mapped("kind"), ["load", "spend", "refund"])

    def test_cards_are_issued_once(self):
        orders = self.sell(self.gift_product, 3) | self.sell(self.gift_product)
        orders.action_confirm()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            orders.action_confirm()
        cards = self.gift_cards(orders[0])
        self.assertEqual(cards.mapped("balance"), [100, 100, 100])
        self.assertEqual(self.gift_cards(orders[1]).mapped("balance"), [100])

    def test_cancelled_sale_blocks_what_is_left_and_records_what_was_spent(self):
        order = self.sell(self.gift_product, 2)
        order.action_confirm()
        used, new = self.gift_cards(order)
        self.ledger._spend(Act("spend"), used, 30)
        order._action_cancel()
        self.assertEqual((used | new).mapped("state"), ["closed", "closed"])
        self.assertCard(used, 0)
        self.assertCard(new, 0)
        taken = used.entry_ids.operation_id.filtered(lambda operation: operation.kind == "payout")
        self.assertIn("70", taken.reason)
        self.assertIn("30", taken.reason)

    def test_spent_card_of_a_cancelled_sale(self):
        order = self.sell(self.gift_product)
        order.action_confirm()
        card = self.gift_cards(order)
        self.ledger._spend(Act("spend"), card, 100)
        order._action_cancel()
        self.assertEqual(card.state, "closed")
        undone = self.env["giftcard.operation"].search([("refund_of_id", "=", card.entry_ids[-1:].operation_id.id)])
        self.assertEqual((undone.kind, undone.entry_ids.ids), ("payout", []))
        self.assertIn("100", undone.reason)

    def test_held_card_of_a_cancelled_sale_is_frozen(self):
        order = self.sell(self.gift_product)
        order.action_confirm()
        card = self.gift_cards(order)
        hold = self.ledger._hold(Act("spend"), card, 40)
        order._action_cancel()
        self.assertEqual(card.state, "frozen")
        self.assertCard(card, 40, held=40)
        self.ledger._release(hold)

    def test_cancelled_twice_is_undone_once(self):
        order = self.sell(self.gift_product)
        order.action_confirm()
        first = self.gift_cards(order)
        order._action_cancel()
        order.action_draft()
        order._update_programs_and_rewards()
        order.action_confirm()
        second = self.gift_cards(order) - first
        self.assertEqual(second.balance, 100)
        order._action_cancel()
        self.assertEqual((first | second).mapped("balance"), [0, 0])

    def test_points_are_taken_back(self):
        product = self._service("Shirt", 60)
        self.points_program.rule_ids.write({"product_ids": [Command.set(product.ids)], "minimum_qty": 0})
        order = self.sell(product)
        order.action_confirm()
        earned = self.card.balance
        self.assertGreater(earned, 0)
        order._action_cancel()
        self.assertCard(self.card, 0)
        self.assertEqual(self.card.entry_ids.sorted("version").mapped("kind"), ["earn", "reverse"])
