from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.giftcard_points.exceptions import CardNotUsable

from .common_till import TillCase

CODE = "0441234567890ABCDEFK"


@tagged("post_install", "-at_install")
class TestTillGiftCard(TillCase):
    """Gift cards are made by storing the order that sells them, exactly once; the till's later call finds them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gift_card = cls.create_product("Gift Card", cls.categ_basic, 50)
        cls.program.rule_ids.product_ids = cls.gift_card

    def sale(self, *lines, **order):
        """The data of an order of gift cards, each of 50.

        :param lines: values of a line
        """
        lines = lines or ({},)
        data = self.create_ui_order_data([(self.gift_card, line.get("qty", 1)) for line in lines])
        for (*__, values), line in zip(data["lines"], lines, strict=True):
            values.update(line)
        total = sum(line[2]["price_subtotal_incl"] for line in data["lines"])
        data["payment_ids"] = self.create_ui_order_data([], payments=[(self.cash_pm1, total)])["payment_ids"]
        return {**data, "amount_total": total, "amount_paid": total, **order}

    def cards(self):
        return (self.program.coupon_ids - self.card).sorted("id")

    def new(self, count=1, **values):
        """What the till states of new cards after it has stored their order."""
        return {
            str(-number): {"points": 50, "program_id": self.program.id, "coupon_id": -number, **values}
            for number in range(1, count + 1)
        }

    def test_card_needs_no_confirmation(self):
        order = self.store(self.sale())
        card = self.cards()
        operation = card.sudo().entry_ids.operation_id
        self.assertEqual((card.balance, card.state, card.source_pos_order_id), (50, "active", order))
        self.assertEqual((operation.kind, operation.res_model, operation.res_id), ("issue", "pos.order", order.id))
        self.assertEqual(card.history_ids.mapped(lambda line: (line.issued, line.order_id)), [(50, order.id)])
        # It pays the next order.
        answer = self.config.use_coupon_code(card.code, fields.Datetime.to_string(fields.Datetime.now()), False, False)
        self.assertEqual((answer["successful"], answer["payload"]["points"]), (True, 50))
        data = self.order(30)
        data["lines"][-1][2]["coupon_id"] = card.id
        self.store(data)
        self.assertEqual(card.balance, 20)

    def test_stored_twice_it_is_one(self):
        data = self.sale()
        again = self.sale(uuid=data["uuid"])
        order = self.store(data)
        self.assertEqual(self.store(again), order)
        order._issue_gift_cards()
        self.assertEqual(self.cards().mapped("balance"), [50])

    def test_confirmation_hands_out_the_card(self):
        order = self.store(self.sale())
        card = self.cards()
        for stated in (50, 500, 0):
            answer = order.confirm_coupon_programs(self.new(points=stated))
            self.assertEqual(dict(answer["coupon_report"]), {self.program.pos_report_print_id.id: card.ids})
            self.assertEqual([update["program_id"] for update in answer["program_updates"]], self.program.ids)
            self.assertEqual((answer["coupon_updates"], answer["new_coupon_info"]), ([], []))
        self.assertEqual((self.cards(), card.balance, len(card.history_ids)), (card, 50, 1))

    def test_till_puts_nothing_on_other_cards(self):
        order = self.store(self.sale())
        with mute_logger("odoo.addons.giftcard_points.models.till.pos_order_sale"):
            self.confirm(order, -50)
        self.assertCard(50)
        self.assertEqual(self.cards().mapped("balance"), [50])

    def test_order_of_other_goods_makes_no_card(self):
        order = self.store(self.sale({"product_id": self.headphones.id}))
        with mute_logger("odoo.addons.giftcard_points.models.till.pos_order_sale"):
            order.confirm_coupon_programs(self.new())
        self.assertFalse(self.cards())

    def test_each_unit_is_a_card(self):
        order = self.store(self.sale({"qty": 2, "price_subtotal": 100, "price_subtotal_incl": 100}))
        cards = self.cards()
        answer = order.confirm_coupon_programs(self.new(2))
        self.assertEqual(answer["coupon_report"][self.program.pos_report_print_id.id], cards.ids)
        self.assertEqual((self.cards(), cards.mapped("balance")), (cards, [50, 50]))
        self.assertEqual(len(set(cards.mapped("code"))), 2)

    def test_one_card_where_units_are_not_split(self):
        self.program.sudo().rule_ids.reward_point_split = False
        self.store(self.sale({"qty": 2, "price_subtotal": 100, "price_subtotal_incl": 100}, {}))
        self.assertEqual(self.cards().mapped("balance"), [150])

    def test_one_card_for_each_number_where_units_are_not_split(self):
        self.program.sudo().rule_ids.reward_point_split = False
        order = self.store(self.sale({}, {"giftcard_code": CODE}))
        order.confirm_coupon_programs({"-1": {**self.new(points=100)["-1"], "code": CODE}})
        order.confirm_coupon_programs({"-2": {**self.new(points=50)["-1"], "code": CODE}})
        self.assertEqual(self.cards().mapped(lambda card: (card.code, card.balance)), [(CODE, 100)])

    def test_number_is_of_one_card(self):
        two = {"qty": 2, "price_subtotal": 100, "price_subtotal_incl": 100}
        self.store(self.sale({**two, "giftcard_code": CODE}, {"giftcard_code": CODE}))
        cards = self.cards()
        self.assertEqual((cards.mapped("balance"), cards[0].code, len(set(cards.mapped("code")))), ([50] * 3, CODE, 3))

    def test_value_as_fine_as_the_ledger_takes_it(self):
        self.env.ref("product.decimal_price").sudo().digits = 4
        self.store(self.sale({"qty": 3, "price_unit": 33.3333, "price_subtotal_incl": 100, "price_subtotal": 100}))
        self.assertEqual(self.cards().mapped("balance"), [33.33] * 3)

    def test_number_and_validity_given_at_the_till(self):
        day = fields.Date.today() + timedelta(days=100)
        order = self.store(
            self.sale({"giftcard_code": CODE, "giftcard_expires_on": day}, {}, partner_id=self.customer.id)
        )
        data = {**self.new(2), "-1": {**self.new()["-1"], "code": CODE, "expiration_date": str(day), "manual": True}}
        for __ in range(2):
            order.confirm_coupon_programs(data)
        cards = self.cards()
        self.assertEqual((cards[0].code, cards[0].expiration_date), (CODE, day))
        self.assertGreater(cards[1].expiration_date, fields.Date.today() + timedelta(days=360))
        self.assertEqual(cards.mapped("balance"), [50, 50])
        self.assertEqual(cards.partner_id, self.customer)

    def test_validity_of_the_program(self):
        day = fields.Date.today() + timedelta(days=10)
        self.program.sudo().validity_months = 36
        self.store(self.sale({"giftcard_code": CODE, "giftcard_expires_on": day}))
        self.assertGreaterEqual(self.cards().expiration_date, fields.Date.today() + timedelta(days=3 * 365))
        self.program.sudo().date_to = day
        self.store(self.sale())
        self.assertEqual(self.cards()[-1].expiration_date, day)

    def test_number_is_sold_once(self):
        self.store(self.sale({"giftcard_code": CODE}))
        with self.assertRaises(CardNotUsable), self.env.cr.savepoint():
            self.store(self.sale({"giftcard_code": CODE}))
        self.assertEqual(self.cards().mapped("balance"), [50])

    def test_card_made_before_is_left_to_the_confirmation(self):
        made = self.env["loyalty.card"].sudo().create({"program_id": self.program.id, "code": CODE, "points": 20})
        made = made.with_env(self.env)
        order = self.store(self.sale({"giftcard_code": CODE}, {}))
        for __ in range(2):
            order.confirm_coupon_programs({**self.new(2), "-1": {**self.new()["-1"], "code": CODE}})
        self.assertEqual((made.balance, (self.cards() - made).mapped("balance")), (70, [50]))

    def test_paid_by_a_card_of_the_same_program(self):
        data = self.sale()
        data["lines"] += self.order(30)["lines"][1:]
        data.update(amount_total=20, amount_paid=20)
        data["payment_ids"] = self.create_ui_order_data([], payments=[(self.cash_pm1, 20)])["payment_ids"]
        order = self.store(data)
        spent = {"points": -30, "program_id": self.program.id, "coupon_id": self.card.id}
        for __ in range(2):
            order.confirm_coupon_programs({**self.new(), str(self.card.id): spent})
        self.assertCard(20)
        self.assertEqual(self.cards().mapped("balance"), [50])
        self.assertEqual(sum(self.card.history_ids.mapped("used")), 30)

    def test_program_is_the_one_of_the_line(self):
        other = self.env["loyalty.program"].browse(
            self.env["loyalty.program"].create_from_template("gift_card")["res_id"]
        )
        other.sudo().write({"currency_id": self.config.currency_id.id, "payment_program_discount_product_id": False})
        other.sudo().rule_ids.product_ids = self.gift_card
        self.store(self.sale({"giftcard_program_id": other.id}))
        self.assertEqual((self.cards(), other.coupon_ids.mapped("balance")), (self.cards().browse(), [50]))
        with self.assertRaises(ValidationError):
            self.store(self.sale({"giftcard_program_id": other.id, "product_id": self.headphones.id}))

    def test_refund_blocks_the_card(self):
        order = self.store(self.sale())
        card = self.cards()
        data = self.sale()
        data["lines"] = [
            Command.create(
                {
                    **data["lines"][0][2],
                    "qty": -1,
                    "price_subtotal": -50,
                    "price_subtotal_incl": -50,
                    "refunded_orderline_id": order.lines.id,
                }
            )
        ]
        data["payment_ids"] = self.create_ui_order_data([], payments=[(self.cash_pm1, -50)])["payment_ids"]
        self.store({**data, "amount_total": -50, "amount_paid": -50, "is_refund": True})
        self.assertEqual((card.balance, card.state, self.cards()), (0, "frozen", card))

    def test_draft_order_makes_no_card(self):
        self.store(self.sale(state="draft"))
        self.assertFalse(self.cards())
