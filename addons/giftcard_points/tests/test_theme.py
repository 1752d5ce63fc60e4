from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.giftcard_points.exceptions import AmountNotOffered, LimitExceeded, RealNameRequired
from odoo.addons.giftcard_points.models.ledger.act import Act
from odoo.addons.point_of_sale.tests.common import TestPoSCommon

from .common_accounting import AccountingCase
from .test_sale_cancel import SaleCase

PIXEL = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class TestTheme(SaleCase):
    """A theme is sold by a product of its own, for its amounts only, and is told by the card."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.spring = cls._make_theme("Spring", cls.gift_program)
        cls.moon = cls._make_theme("Mid-Autumn", cls.gift_program, amount_min=50, amount_max=1000)

    @classmethod
    def _make_theme(cls, name, program, **values):
        return cls.env["giftcard.theme"].create(
            {
                "name": name,
                "image_1920": PIXEL,
                "program_id": program.id,
                "value_ids": [Command.create({"amount": amount}) for amount in (100, 200)],
                **values,
            }
        )

    def sell_themes(self, *lines):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.alice.id,
                "order_line": [
                    Command.create({"product_id": theme.product_id.id, "product_uom_qty": qty, "price_unit": price})
                    for theme, qty, price in lines
                ],
            }
        )
        order._update_programs_and_rewards()
        order.action_confirm()
        return self.gift_cards(order)

    def test_product(self):
        product = self.spring.product_id
        self.assertEqual((product.list_price, product.taxes_id.ids, product.available_in_pos), (100, [], True))
        self.assertIn(product, self.gift_program.rule_ids.product_ids)
        self.assertTrue(product.image_1920)
        self.spring.name = "Spring Festival"
        self.assertEqual(product.name, "Spring Festival")
        cover = self.env["giftcard.theme"].create({"name": "Hearts"})
        self.assertFalse(cover.product_id)

    def test_cards_bear_the_theme_of_their_line(self):
        cards = self.sell_themes((self.spring, 2, 200), (self.moon, 1, 888), (self.spring, 1, 100))
        self.assertEqual(
            sorted(cards.mapped(lambda card: (card.balance, card.theme_id.name))),
            [(100, "Spring"), (200, "Spring"), (200, "Spring"), (888, "Mid-Autumn")],
        )
        self.assertEqual((self.spring.card_count, self.moon.card_count), (3, 1))

    def test_amounts(self):
        for theme, amount in ((self.spring, 150), (self.moon, 49), (self.moon, 1001), (self.spring, 0.01)):
            with self.assertRaises(AmountNotOffered), self.env.cr.savepoint():
                self.sell_themes((theme, 1, amount))

    def test_given_card_keeps_the_theme(self):
        card = self.sell_themes((self.spring, 1, 100))
        card.partner_id = self.alice
        gift, token = self.env["giftcard.gift"]._offer(Act("gift"), card)
        self.assertEqual(gift.theme_id, self.spring)
        self.env["giftcard.gift"]._claim(token, self.bob)
        self.assertEqual(gift.target_id.theme_id, self.spring)


class TestCreditNote(AccountingCase):
    """A credit note for sold cards blocks what is left of them and records what was spent."""

    def sell(self, program, quantity, price):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner_a.id,
                "company_id": self.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": program.rule_ids.product_ids.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        order._update_programs_and_rewards()
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        return order, invoice

    def credit(self, invoice, quantity=None):
        note = invoice._reverse_moves()
        if quantity:
            note.invoice_line_ids.quantity = quantity
        note.action_post()
        return note

    def test_cards(self):
        self.gifts.rule_ids.reward_point_split = True
        order, invoice = self.sell(self.gifts, 3, 100)
        cards = self.env["loyalty.card"].search([("order_id", "=", order.id)], order="id")
        self.ledger._spend(Act("spend"), cards[0], 30)
        note = self.credit(invoice, 1)
        self.assertEqual(cards.mapped(lambda card: (card.state, card.balance))[:1], [("active", 70)])
        self.assertEqual(sorted(cards.mapped("balance")), [0, 70, 100])
        self.credit(invoice, 2)
        self.assertEqual(set(cards.mapped(lambda card: (card.state, card.balance))), {("closed", 0)})
        reasons = cards.entry_ids.operation_id.filtered(lambda operation: operation.kind == "payout").mapped("reason")
        self.assertEqual(len(reasons), 3)
        self.assertEqual(len([reason for reason in reasons if "30" in reason]), 1)
        self.assertTrue(any(note.name in reason for reason in reasons))

    def test_part_of_a_top_up(self):
        __, invoice = self.sell(self.wallets, 1, 300)
        wallet = self.partner_a.loyalty_card_ids.filtered(lambda card: card.program_id == self.wallets)
        self.assertEqual(wallet.balance, 300)
        note = invoice._reverse_moves()
        note.invoice_line_ids.price_unit = 100
        note.action_post()
        self.assertEqual((wallet.balance, wallet.state), (200, "active"))
        self.credit_part(invoice, 200)
        self.assertEqual((wallet.balance, wallet.state), (0, "active"))

    def credit_part(self, invoice, amount):
        note = invoice._reverse_moves()
        note.invoice_line_ids.price_unit = amount
        note.action_post()
        return note

    def test_note_that_is_posted_again(self):
        self.gifts.rule_ids.reward_point_split = True
        order, invoice = self.sell(self.gifts, 3, 100)
        cards = self.env["loyalty.card"].search([("order_id", "=", order.id)], order="id")
        note = self.credit(invoice, 1)
        for quantity, left in ((1, 200), (2, 100)):
            note.button_draft()
            note.invoice_line_ids.quantity = quantity
            note.action_post()
            self.assertEqual(sum(cards.mapped("balance")), left)
        __, invoice = self.sell(self.wallets, 1, 300)
        wallet = self.partner_a.loyalty_card_ids.filtered(lambda card: card.program_id == self.wallets)
        note = self.credit_part(invoice, 100)
        for amount, left in ((100, 200), (150, 150)):
            note.button_draft()
            note.invoice_line_ids.price_unit = amount
            note.action_post()
            self.assertEqual(wallet.balance, left)

    def test_more_cards_than_are_left(self):
        self.gifts.rule_ids.reward_point_split = True
        __, invoice = self.sell(self.gifts, 2, 100)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.credit(invoice, 3)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.credit_part(invoice, 60)
        self.credit(invoice)


@tagged("post_install", "-at_install")
class TestTillTheme(TestPoSCommon):
    """What the till sells beyond a theme's or program's limits is not stored; what it sells bears the theme."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.config = cls.basic_config
        Program = cls.env["loyalty.program"]
        cls.program = Program.browse(Program.create_from_template("gift_card")["res_id"])
        cls.program.write({"pos_report_print_id": cls.env.ref("loyalty.report_gift_card").id, "max_balance": 1000})
        cls.program.currency_id = cls.config.currency_id
        cls.theme = (
            cls.env["giftcard.theme"]
            .sudo()
            .create({"name": "Spring", "program_id": cls.program.id, "amount_min": 50, "amount_max": 5000})
        )

    def setUp(self):
        super().setUp()
        self.open_new_session()

    def tearDown(self):
        self.assertEqual(self.env["giftcard.ledger"]._check_invariants(), [])
        super().tearDown()

    def order(self, price, quantity=1, customer=False):
        self.theme.product_id.list_price = price
        total = price * quantity
        return self.create_ui_order_data(
            [(self.theme.product_id, quantity)], customer=customer, payments=[(self.cash_pm1, total)]
        )

    def store(self, data):
        [stored] = self.env["pos.order"].sync_from_ui([data])["pos.order"]
        return self.env["pos.order"].browse(stored["id"])

    def test_theme(self):
        order = self.store(self.order(200, 2))
        order.confirm_coupon_programs(
            {str(-number): {"points": 200, "program_id": self.program.id, "coupon_id": -number} for number in (1, 2)}
        )
        cards = self.env["loyalty.card"].search([("source_pos_order_id", "=", order.id)])
        self.assertEqual(cards.mapped(lambda card: (card.balance, card.theme_id)), [(200, self.theme)] * 2)

    def test_refused(self):
        for price, refusal in ((40, AmountNotOffered), (1001, LimitExceeded)):
            with self.assertRaises(refusal), self.env.cr.savepoint():
                self.store(self.order(price))
        data = self.order(100)
        data["lines"][0][2].update(discount=60, price_subtotal=40, price_subtotal_incl=40)
        payments = self.create_ui_order_data([], payments=[(self.cash_pm1, 40)])["payment_ids"]
        with self.assertRaises(AmountNotOffered), self.env.cr.savepoint():
            self.store({**data, "amount_total": 40, "amount_paid": 40, "payment_ids": payments})
        self.program.real_name_from = 1500
        with self.assertRaises(RealNameRequired), self.env.cr.savepoint():
            self.store(self.order(800, 2, self.customer))
        self.customer.sudo().action_verify_name()
        self.assertTrue(self.store(self.order(800, 2, self.customer)))
