from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.giftcard_points.exceptions import AlreadyResolved, CardNotUsable, InsufficientBalance
from odoo.addons.giftcard_points.models.ledger.act import Act

from .common_till import TillCase


@tagged("post_install", "-at_install")
class TestTillRefund(TillCase):
    """Refund orders give back what cards paid and take back what was sold, when they are stored."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gift_card = cls.create_product("Gift Card", cls.categ_basic, 50)
        cls.program.rule_ids.product_ids = cls.gift_card

    def paid(self, by_card=30.0):
        return self.store(self.order(by_card))

    def refund(self, *parts, cash=0.0):
        """The data of a refund order.

        :param parts: pairs (order line to refund, quantity)
        :param cash: paid out
        """
        data = self.create_ui_order_data([], payments=[(self.cash_pm1, -cash)] if cash else [])
        for line, quantity in parts:
            # Lines of refund orders keep the sign of what they refund.
            worth = line.price_subtotal_incl / line.qty * quantity
            data["lines"].append(
                Command.create(
                    {
                        "product_id": line.product_id.id,
                        "qty": -quantity,
                        "price_unit": line.price_unit,
                        "price_subtotal": worth,
                        "price_subtotal_incl": worth,
                        "tax_ids": [Command.clear()],
                        "refunded_orderline_id": line.id,
                    }
                )
            )
        data["amount_total"] = data["amount_paid"] = -cash
        return {**data, "is_refund": True}

    def goods(self, order):
        return order.lines.filtered(lambda line: not line.is_reward_line)

    def reward(self, order):
        return order.lines.filtered("is_reward_line")

    def sell(self, *values):
        products = [(self.gift_card, 1) for value in values]
        before = self.program.coupon_ids
        order = self.store(self.create_ui_order_data(products, payments=[(self.cash_pm1, sum(values))]))
        order.confirm_coupon_programs(
            {
                str(-number): {"points": value, "program_id": self.program.id, "coupon_id": -number}
                for number, value in enumerate(values, 1)
            }
        )
        return order, self.program.coupon_ids - before

    def lots(self):
        return self.card.lot_ids.sorted("id").mapped(lambda lot: (lot.remaining, lot.expires_on))

    # What a card paid

    def test_value_returns_to_the_lots_it_came_from(self):
        ledger, soon = self.env["giftcard.ledger"], fields.Date.today() + timedelta(days=30)
        ledger._grant(Act("load"), self.card, 20, "bonus", soon)
        before = self.lots()
        order = self.paid(30)
        self.assertCard(40)
        self.assertNotEqual(self.lots(), before)
        self.store(self.refund((self.goods(order), 1), (self.reward(order), 1)))
        self.assertCard(70)
        self.assertEqual(self.lots(), before)

    def test_refund_is_an_operation_of_the_refund_order(self):
        self.config.giftcard_store_id = (
            self.env["giftcard.store"].sudo().create({"name": "East", "code": "E", "company_id": self.company.id})
        )
        order = self.paid(30)
        taken = self.env["giftcard.operation"].sudo().search([("kind", "=", "spend"), ("res_id", "=", order.id)])
        refund = self.store(self.refund((self.goods(order), 1), (self.reward(order), 1)))
        operation = self.env["giftcard.operation"].sudo().search([("refund_of_id", "=", taken.id)])
        self.assertEqual((operation.res_model, operation.res_id), ("pos.order", refund.id))
        self.assertEqual(operation.store_id, self.config.giftcard_store_id)

    def test_till_hears_what_is_on_the_card_now(self):
        order = self.paid(30)
        data = self.refund((self.goods(order), 1), (self.reward(order), 1))
        uuid = data["uuid"]
        answer = self.Order.sync_from_ui([data])["pos.order"]
        [balances] = [stored["giftcard_balances"] for stored in answer if stored["uuid"] == uuid]
        self.assertEqual([(line["amount"], line["balance"]) for line in balances], [(30, 50)])

    def test_only_the_refunded_share_returns(self):
        order = self.paid(20)
        self.store(self.refund((self.goods(order), 1), (self.reward(order), 0.5), cash=20))
        self.assertCard(40)
        self.store(self.refund((self.reward(order), 0.5), cash=-10))
        self.assertCard(50)

    def test_goods_alone_give_the_card_nothing(self):
        order = self.paid(20)
        self.store(self.refund((self.goods(order), 1), cash=30))
        self.assertCard(30)

    def test_no_more_returns_than_was_taken(self):
        order = self.paid(30)
        first, second = (self.refund((self.goods(order), 1), (self.reward(order), 1)) for till in range(2))
        self.store(first)
        self.assertCard(50)
        with self.assertRaises(AlreadyResolved):
            self.store(second)
        self.assertFalse(self.Order.search([("uuid", "=", second["uuid"])]))
        self.assertCard(50)

    def test_repeated_refund_is_one(self):
        order = self.paid(30)
        data = self.refund((self.goods(order), 1), (self.reward(order), 1))
        stored = self.store(data)
        repeat = self.refund((self.goods(order), 1), (self.reward(order), 1)) | {"uuid": data["uuid"]}
        self.Order.sync_from_ui([repeat])
        self.assertEqual(self.Order.search([("uuid", "=", data["uuid"])]), stored)
        self.assertCard(50)

    def test_inflated_refund_line_is_refused(self):
        order = self.paid(30)
        data = self.refund((self.reward(order), 1), cash=-45)
        data["lines"][0][2].update(price_unit=-45, price_subtotal=-45, price_subtotal_incl=-45)
        with self.assertRaises(AlreadyResolved):
            self.store(data)
        self.assertCard(20)

    def test_card_gets_nothing_back_that_nobody_has_paid(self):
        order = self.paid(30)
        with self.assertRaises(ValidationError):
            self.store(self.refund((self.reward(order), 1)))
        self.assertCard(20)

    def test_refund_of_a_replaced_card_goes_to_its_successor(self):
        order = self.paid(30)
        first = self.card._replace(Act("replace"))
        heir = first._replace(Act("replace"))
        self.assertEqual(heir.balance, 20)
        self.store(self.refund((self.goods(order), 1), (self.reward(order), 1)))
        heir.invalidate_recordset()
        self.assertEqual((heir.balance, first.balance, heir.state), (50, 0, "active"))
        self.assertCard(0)
        self.assertEqual(self.card.state, "replaced")
        self.assertEqual(heir.lot_ids.mapped("origin"), ["paid", "paid"])

    def test_expired_value_does_not_return_to_life(self):
        soon = fields.Date.today() + timedelta(days=30)
        self.env["giftcard.ledger"]._grant(Act("load"), self.card, 30, "bonus", soon)
        order = self.paid(30)
        with freeze_time(fields.Datetime.now() + timedelta(days=40)):
            heir = self.card._replace(Act("replace"))
            self.env["giftcard.ledger"]._refund(Act("refund"), self.taken(order))
            self.assertEqual(heir.balance, 50)
            self.assertCard(0)

    def taken(self, order):
        return self.env["giftcard.operation"].sudo().search([("kind", "=", "spend"), ("res_id", "=", order.id)])

    def test_ended_card_takes_nothing_back(self):
        order = self.paid(30)
        self.env["giftcard.ledger"]._end(Act("expire"), self.card)
        answer = self.Order.giftcard_check_refund({str(self.reward(order).id): 30})
        self.assertFalse(answer["successful"])
        with self.assertRaises(CardNotUsable):
            self.store(self.refund((self.goods(order), 1), (self.reward(order), 1)))

    def test_refund_in_the_back_office_returns_value_too(self):
        order = self.paid(30)
        refund = self.Order.browse(order.refund()["res_id"])
        refund._process_saved_order(False)
        self.assertCard(50)

    def test_unknown_payment_is_refused(self):
        order = self.paid(30)
        line = self.reward(order)
        self.env.cr.execute("UPDATE pos_order_line SET order_id = %s WHERE id = %s", [self.paid(5).id, line.id])
        line.invalidate_recordset()
        line.coupon_id = self.env["loyalty.card"].create({"program_id": self.program.id})
        with self.assertRaises(ValidationError):
            self.store(self.refund((line, 1)))

    def test_till_knows_before_it_asks(self):
        order = self.paid(30)
        line = self.reward(order)
        self.assertTrue(self.Order.giftcard_check_refund({str(line.id): 30})["successful"])
        self.assertCard(20)
        self.store(self.refund((line, 1), cash=-30))
        answer = self.Order.giftcard_check_refund({str(line.id): 30})
        self.assertFalse(answer["successful"])
        self.assertIn("0", answer["message"])

    # What was sold

    def test_refunded_card_is_blocked_and_empty(self):
        order, card = self.sell(50)
        refund = self.store(self.refund((order.lines, 1), cash=50))
        self.assertEqual((card.balance, card.state), (0, "frozen"))
        reversal = card.entry_ids.sorted("version")[-1].operation_id
        self.assertEqual((reversal.kind, reversal.res_id, reversal.reason), ("reverse", refund.id, "Sale refunded"))
        self.assertCard(50)

    def test_card_that_was_used_is_not_refunded(self):
        order, card = self.sell(50)
        self.env["giftcard.ledger"]._spend(Act("spend"), card, 10)
        self.assertFalse(self.Order.giftcard_check_refund({str(order.lines.id): 50})["successful"])
        with self.assertRaises(InsufficientBalance):
            self.store(self.refund((order.lines, 1), cash=50))
        self.assertEqual((card.balance, card.state), (40, "active"))

    def test_of_two_cards_the_unused_one_is_refunded(self):
        order, cards = self.sell(50, 50)
        used, fresh = cards.sorted("id")
        self.env["giftcard.ledger"]._spend(Act("spend"), used, 10)
        self.store(self.refund((order.lines[0], 1), cash=50))
        self.assertEqual((used.balance, used.state), (40, "active"))
        self.assertEqual((fresh.balance, fresh.state), (0, "frozen"))

    def test_both_cards_of_an_order_are_refunded_once(self):
        order, cards = self.sell(50, 50)
        self.store(self.refund((order.lines[0], 1), (order.lines[1], 1), cash=100))
        self.assertEqual(set(cards.mapped("balance")), {0})
        answer = self.Order.giftcard_check_refund({str(order.lines[0].id): 50})
        self.assertFalse(answer["successful"])
        with self.assertRaises(AlreadyResolved):
            self.store(self.refund((order.lines[0], 1), cash=50))

    def test_no_more_cards_are_paid_back_than_are_taken_back(self):
        data = self.create_ui_order_data([(self.gift_card, 3)], payments=[(self.cash_pm1, 150)])
        order = self.store(data)
        cards = self.program.coupon_ids - self.card
        self.env["giftcard.ledger"]._void(Act("payout"), cards[0].sudo().entry_ids.operation_id.with_env(self.env))
        with self.assertRaises(AlreadyResolved):
            self.store(self.refund((order.lines, 3), cash=150))
        self.assertEqual(sorted(cards.mapped("balance")), [0, 50, 50])
        self.store(self.refund((order.lines, 2), cash=100))
        self.assertEqual(set(cards.mapped("balance")), {0})

    def test_share_of_a_card_that_was_made_for_several(self):
        self.program.sudo().rule_ids.reward_point_split = False
        order, card = self.sell(50, 50)
        self.assertEqual(card.balance, 100)
        self.store(self.refund((order.lines[1], 1), cash=50))
        self.assertEqual((card.balance, card.state), (50, "active"))
        with self.assertRaises(AlreadyResolved):
            self.store(self.refund((order.lines[0], 1), (order.lines[1], 1), cash=100))
        self.store(self.refund((order.lines[0], 1), cash=50))
        self.assertEqual((card.balance, card.state), (0, "frozen"))

    def test_card_that_took_another_over_is_not_blocked(self):
        order, card = self.sell(50)
        card._merge(self.card, "Two cards")
        self.assertCard(100)
        self.store(self.refund((order.lines, 1), cash=50))
        self.assertCard(50)
        self.assertEqual(self.card.state, "active")

    def test_value_of_a_replaced_card_is_taken_from_its_successor(self):
        order, card = self.sell(50)
        heir = card._replace(Act("replace"))
        self.store(self.refund((order.lines, 1), cash=50))
        self.assertEqual((card.state, heir.balance, heir.state), ("replaced", 0, "frozen"))
