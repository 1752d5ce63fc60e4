from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from odoo.addons.giftcard_points.exceptions import InsufficientBalance
from odoo.addons.giftcard_points.models.ledger.act import Act

from .common_till import TillCase


@tagged("post_install", "-at_install")
class TestTillForged(TillCase):
    """Calls that no till makes, by a cashier who knows the API: none moves value that an order has not paid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gift_card = cls.create_product("Gift Card", cls.categ_basic, 50)
        cls.program.rule_ids.product_ids = cls.gift_card
        Program = cls.env["loyalty.program"]
        cls.wallets = Program.browse(Program.create_from_template("ewallet")["res_id"])
        cls.wallets.currency_id = cls.config.currency_id
        cls.member = cls.env["res.partner"].create({"name": "Alice"})
        cls.member._join("pos")
        cls.wallet = cls.member._member_card(cls.wallets)
        cls.env["giftcard.ledger"]._grant(Act("load"), cls.wallet, 80)
        cls.Order = cls.Order.with_user(cls.cashier)

    def sale(self, product=None, **line):
        """The data of an order of one product, paid in cash by what its line says it is."""
        product = product or self.headphones
        data = self.create_ui_order_data([(product, 1)])
        data["lines"][0][2].update(line)
        total = line.get("price_unit", product.list_price) * line.get("qty", 1)
        return self.pay(data, total)

    def pay(self, data, total):
        payments = self.create_ui_order_data([], payments=[(self.cash_pm1, total)])["payment_ids"]
        return {**data, "payment_ids": payments, "amount_total": total, "amount_paid": total}

    def confirm(self, order, card, points, program=None, **values):
        return order.with_user(self.cashier).confirm_coupon_programs(
            {
                str(card.id): {
                    "points": points,
                    "program_id": (program or card.program_id).id,
                    "coupon_id": card.id,
                    **values,
                }
            }
        )

    def assertWallet(self, balance):
        self.wallet.invalidate_recordset()
        self.assertEqual(self.wallet.balance, balance)

    def test_card_of_another_program(self):
        coupons = self.env["loyalty.program"].create({"name": "Coupons", "program_type": "coupons"})
        order = self.store(self.sale())
        with self.assertRaises(ValidationError):
            self.confirm(order, self.card, 5000, coupons)
        for values in ({"coupon_id": self.card.id}, {"code": self.card.code}):
            with self.assertRaises(ValidationError):
                order.confirm_coupon_programs({"-1": {"points": 5000, "program_id": self.wallets.id, **values}})
        self.assertCard(50)

    def test_program_of_another_company(self):
        other = self.env["res.company"].sudo().create({"name": "Elsewhere"})
        self.wallets.sudo().company_id = other
        order = self.store(self.sale())
        with self.assertRaises(AccessError):
            order.confirm_coupon_programs({"-1": {"points": 5, "program_id": self.wallets.id, "coupon_id": -1}})

    def test_order_that_is_not_paid(self):
        data = self.sale(self.gift_card) | {"state": "draft", "payment_ids": []}
        order = self.store(data)
        for state in ("draft", "cancel", "paid", "done"):
            order.with_user(self.cashier).write({"state": state, "amount_total": 0, "amount_paid": 50})
            with self.assertRaises(AccessError):
                self.confirm(order, self.card, 50)
            with self.assertRaises(AccessError):
                order.confirm_coupon_programs({"-1": {"points": 50, "program_id": self.program.id, "coupon_id": -1}})
        self.assertCard(50)
        self.assertEqual(self.program.coupon_ids, self.card)

    def test_only_cashiers_confirm(self):
        order = self.store(self.sale())
        self.cashier.sudo().group_ids = self.env.ref("stock.group_stock_user")
        with self.assertRaises(AccessError):
            self.confirm(order, self.card, 0)

    def test_line_is_worth_its_price(self):
        data = self.sale(self.gift_card, price_subtotal=5000, price_subtotal_incl=5000)
        self.store(data)
        self.assertEqual((self.program.coupon_ids - self.card).mapped("balance"), [50])

    def test_lines_are_worth_no_more_than_the_order_asks_for(self):
        data = self.pay(self.sale(self.gift_card, price_unit=5000), 50)
        with self.assertRaises(ValidationError):
            self.store(data)
        self.assertEqual(self.program.coupon_ids, self.card)

    def test_card_is_charged_what_its_line_takes_off(self):
        data = self.order(30)
        data["lines"][-1][2].update(price_subtotal=-1, price_subtotal_incl=-1, points_cost=1)
        with self.assertRaises(ValidationError):
            self.store(data)
        self.assertCard(50)

    def test_wallet_pays_by_the_order_alone(self):
        order = self.store(self.sale())
        self.confirm(order, self.wallet, -50)
        self.assertWallet(80)

    def test_order_that_sells_nothing_loads_nothing(self):
        order = self.store(self.sale())
        self.confirm(order, self.wallet, 0.01)
        self.assertWallet(80)

    def test_payment_is_no_refund_of_an_old_one(self):
        old = self.store(self.order(10))
        reward = old.lines.filtered("is_reward_line")
        self.assertCard(40)
        for values in ({}, {"qty": -1, "price_unit": 30}, {"qty": -1, "price_unit": 30, "coupon_id": False}):
            data = self.order(30)
            data["lines"][-1][2].update(refunded_orderline_id=reward.id, **values)
            if values.get("coupon_id") is False:
                with self.assertRaises(Exception), self.env.cr.savepoint():  # noqa: B017  any refusal
                    self.store(data)
                continue
            self.store(data)
            self.assertCard(10)
            self.env["giftcard.ledger"]._grant(Act("load"), self.card, 30)
        self.assertCard(40)

    def test_refund_that_names_a_wealthier_card(self):
        self.store(self.order(50, price=60))
        self.assertCard(0)
        with self.assertRaises(InsufficientBalance):
            self.store(self.order(30))
        self.assertEqual(self.Order.search_count([("lines.coupon_id", "=", self.card.id)]), 1)

    def test_points_for_goods_brought_back_are_taken_once(self):
        points = self.env["loyalty.program"].create(
            {
                "name": "Points",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "currency_id": self.config.currency_id.id,
                "rule_ids": [Command.create({"reward_point_amount": 1, "reward_point_mode": "money"})],
            }
        )
        data = self.sale() | {"partner_id": self.member.id}
        first = self.store(data)
        card = self.member.loyalty_card_ids.filtered(lambda card: card.program_id == points)
        self.assertEqual(card.balance, 30)
        data = self.sale() | {"partner_id": self.member.id}
        back = self.sale(qty=-1, refunded_orderline_id=first.lines.id)["lines"]
        data = self.pay({**data, "lines": data["lines"] + back}, 0)
        exchange = self.store(data)
        self.assertEqual(card.balance, 30)
        for __ in range(2):
            self.confirm(exchange, card, 30, partner_id=self.member.id)
            self.assertEqual(card.balance, 30)
