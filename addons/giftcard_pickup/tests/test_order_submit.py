from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.giftcard_points.exceptions import IdempotencyConflict

from ..exceptions import (
    AddressNotAvailable,
    IllegalTransition,
    InvalidQuantity,
    LimitReached,
    OutOfStock,
    RewardNotAvailable,
    StoreNotAvailable,
)
from .common_order import OrderCase


@tagged("post_install", "-at_install")
class TestOrderSubmit(OrderCase):
    def draft(self):
        return self.redemptions._draft(self.alice, self.company)

    def test_delivery_has_an_address_and_a_warehouse_and_no_store(self):
        redemption = self.send()
        self.assertEqual(
            (redemption.fulfilment, redemption.address_id, redemption.warehouse_id, redemption.store_id.id),
            ("delivery", self.home, self.warehouse, False),
        )
        self.assertEqual(self.stock(), (3, 1))

    def test_only_the_own_addresses(self):
        stranger = self.env["res.partner"].create({"name": "Somebody"})
        for address in (stranger, self.bob, None):
            with self.assertRaises(AddressNotAvailable):
                self.order(fulfilment="delivery", address=address)
        self.assertTrue(self.order(fulfilment="delivery", address=self.alice))
        self.home.active = False
        with self.assertRaises(AddressNotAvailable):
            self.send(key="2")

    def test_goods_go_somewhere(self):
        with self.assertRaises(StoreNotAvailable):
            self.order(store=None)
        with self.assertRaises(RewardNotAvailable):
            self.order(fulfilment="virtual")

    def test_points_and_cash(self):
        redemption = self.order(2, price=self.price)
        self.assertEqual((redemption.points, redemption.cash_amount, redemption.cash_total), (8, 12, 12))
        self.assertEqual((redemption.line_ids.points_price, redemption.line_ids.cash_price), (4, 6))
        self.assertEqual(redemption.state, "awaiting_payment")
        self.assertCard(self.card, 100, held=8)

    def test_price_of_another_reward_or_of_the_past(self):
        with self.assertRaises(RewardNotAvailable):
            self.order(reward=self.service, price=self.price)
        self.price.active = False
        with self.assertRaises(RewardNotAvailable):
            self.order(price=self.price)
        self.price.active = True
        with self.assertRaises(RewardNotAvailable):
            self.redemptions._submit(
                self.alice, self.store, [(self.reward, 1, self.price), (self.reward, 1, None)], "k"
            )

    def test_cash_price_changed_meanwhile(self):
        def change(order, rewards):
            order.env.cr.execute("UPDATE giftcard_reward_price SET cash = 7 WHERE id = %s", self.price.ids)

        self.patch(type(self.redemptions), "_check_orderable", change)
        with self.assertRaises(RewardNotAvailable):
            self.order(price=self.price)

    def test_key_stands_for_price_and_way(self):
        redemption = self.order()
        self.assertEqual(self.order(), redemption)
        for changed in ({"price": self.price}, {"fulfilment": "delivery", "address": self.home}):
            with self.assertRaises(IdempotencyConflict):
                self.order(**changed)

    # The redemption list

    def test_there_is_one_list(self):
        draft = self.draft()
        self.assertEqual(self.draft(), draft)
        self.assertEqual((draft.state, draft.points), ("draft", 0))
        self.assertNotEqual(self.redemptions._draft(self.bob, self.company), draft)

    def test_list_is_filled_and_takes_nothing(self):
        draft = self.draft()
        draft._set_item(self.reward, 1)
        draft._set_item(self.service, 2)
        draft._set_item(self.reward, 2, self.price)
        self.assertEqual((draft.points, draft.cash_amount), (18, 12))
        draft._set_item(self.service, 0)
        self.assertEqual((draft.points, draft.line_ids.reward_id), (8, self.reward))
        self.assertCard(self.card, 100)
        self.assertEqual(self.stock(), (3, 0))
        self.assertEqual(self.reward.redeemed, 0)
        draft._clear()
        self.assertEqual((draft.points, draft.cash_amount, len(draft.line_ids)), (0, 0, 0))
        for quantity in (-1, 1.5, True, False):
            with self.assertRaises(InvalidQuantity):
                draft._set_item(self.reward, quantity)

    def test_list_is_submitted_at_the_prices_of_now(self):
        draft = self.draft()
        draft._set_item(self.reward, 2)
        draft._set_item(self.service, 1)
        self.reward.points_price = 11
        redemption = draft._submit_draft(self.store, "k")
        self.assertEqual(redemption, draft)
        self.assertEqual((redemption.state, redemption.points), ("to_review", 27))
        step = redemption.transition_ids
        self.assertEqual((step.from_state, step.to_state), ("draft", "to_review"))
        self.assertCard(self.card, 100, held=27)
        self.assertEqual(self.stock(), (3, 2))
        self.assertNotEqual(self.draft(), redemption)

    def test_list_is_submitted_once(self):
        draft = self.draft()
        draft._set_item(self.reward, 2)
        redemption = draft._submit_draft(self.store, "k")
        self.assertEqual(draft._submit_draft(self.store, "k"), redemption)
        self.assertEqual(self.draft()._submit_draft(self.store, "k"), redemption)
        self.assertCard(self.card, 100, held=20)
        with self.assertRaises(IllegalTransition):
            draft._submit_draft(self.store, "again")
        with self.assertRaises(IllegalTransition):
            draft._set_item(self.reward, 1)
        with self.assertRaises(InvalidQuantity):
            self.draft()._submit_draft(self.store, "empty")

    def test_stock_and_quota_are_checked_at_submission(self):
        draft = self.draft()
        draft._set_item(self.reward, 3)
        self.reward.quota = 2
        with self.assertRaises(LimitReached):
            draft._submit_draft(self.store, "k")
        self.reward.quota = 0
        self.put(self.mug, 1)
        with self.assertRaises(OutOfStock):
            draft._submit_draft(self.store, "k")
        self.env.invalidate_all()
        self.assertEqual((draft.state, draft.line_ids.quantity), ("draft", 3))

    # What it would cost

    def quote(self, quantity=1, price=None, **kwargs):
        return self.redemptions._quote(self.alice, self.store, [(self.reward, quantity, price)], **kwargs)

    def test_quote(self):
        quote = self.quote(2, self.price)
        self.assertEqual((quote["points"], quote["cash"], quote["shipping"], quote["total"]), (8, 12, 0, 12))
        self.assertIsNone(quote["problem"])
        [line] = quote["lines"]
        self.assertEqual(
            (line["reward"], line["price"], line["points"], line["available"]), (self.reward, self.price, 8, 3)
        )
        self.assertFalse(self.redemptions.search([("member_id", "=", self.alice.id)]))
        self.assertCard(self.card, 100)

    def test_quote_of_cents(self):
        self.price.write({"points": 4.35, "cash": 19.9})
        quote = self.redemptions._quote(self.alice, self.store, [(self.reward, 3, self.price)])
        self.assertEqual((quote["points"], quote["cash"], quote["total"]), (13.05, 59.7, 59.7))
        self.assertEqual((quote["lines"][0]["points"], quote["lines"][0]["cash"]), (13.05, 59.7))

    def test_quote_tells_what_stands_in_the_way(self):
        self.assertIsInstance(self.quote(4)["problem"], OutOfStock)
        self.assertIsInstance(self.quote(fulfilment="delivery", address=self.bob)["problem"], AddressNotAvailable)
        self.reward.published = False
        self.assertIsInstance(self.quote()["problem"], RewardNotAvailable)

    def test_prices_of_points_and_cash_are_positive(self):
        for values in ({"points": 0}, {"cash": 0}, {"points": -1}, {"cash": -1}):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.price.write(values)
                self.env.flush_all()
