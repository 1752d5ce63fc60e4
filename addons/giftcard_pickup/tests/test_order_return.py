from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.giftcard_points.models.ledger.act import Act

from ..exceptions import IllegalTransition
from .common_cash import CashCase


@tagged("post_install", "-at_install")
class TestOrderReturn(CashCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.storeman = cls._make_user("storeman_return", "stock.group_stock_user")

    def take(self, quantity=2, **kwargs):
        """An order that has been handed over."""
        redemption = self.order(quantity, **kwargs)
        if redemption.state == "awaiting_payment":
            self.process(self.pay(redemption))
        redemption._approve()
        self.hand_over(redemption.pickup_code_ids.digits)
        return redemption

    def bring_back(self, redemption, quantity, exchange=False):
        """:return: the return transfer, not validated yet"""
        picking = redemption.picking_ids
        wizard = Form(
            self.env["stock.return.picking"]
            .with_user(self.storeman)
            .with_context(active_id=picking.id, active_ids=picking.ids, active_model="stock.picking")
        ).save()
        wizard.product_return_moves.quantity = quantity
        action = wizard.action_create_exchanges() if exchange else wizard.action_create_returns()
        return self.env["stock.picking"].with_user(self.storeman).browse(action["res_id"])

    def validate(self, picking):
        # A second return of the same pieces takes the quantities of the first away.
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
        picking.move_ids.picked = True
        picking.with_context(skip_sms=True, skip_backorder=True).button_validate()

    def test_whole_return(self):
        redemption = self.take()
        self.assertEqual(self.stock(), (1, 0))
        back = self.bring_back(redemption, 2)
        self.assertCard(self.card, 80)
        self.validate(back)
        self.env.invalidate_all()
        self.assertEqual((redemption.state, redemption.line_ids.returned_quantity), ("returned", 2))
        self.assertCard(self.card, 100)
        self.assertEqual(self.stock(), (3, 0))
        self.assertEqual(self.reward.redeemed, 0)
        self.assertIn(back.name, redemption.transition_ids[-1].reason)

    def test_partial_returns(self):
        redemption = self.take(3)
        for number in (1, 2):
            self.validate(self.bring_back(redemption, 1))
            self.env.invalidate_all()
            self.assertEqual((redemption.state, redemption.line_ids.returned_quantity), ("done", number))
            self.assertCard(self.card, 70 + 10 * number)
            self.assertEqual(self.reward.redeemed, 3 - number)
        self.validate(self.bring_back(redemption, 1))
        self.env.invalidate_all()
        self.assertEqual(redemption.state, "returned")

    def test_points_go_back_to_their_lots(self):
        self.ledger._spend(Act("spend"), self.card, 100)
        self.grant(self.card, 15)
        lot = self.card.lot_ids.filtered("remaining")
        redemption = self.take(1)
        self.assertEqual(lot.remaining, 5)
        self.validate(self.bring_back(redemption, 1))
        self.env.invalidate_all()
        self.assertEqual(lot.remaining, 15)

    def test_no_more_comes_back_than_went(self):
        redemption = self.take(2)
        first, second = self.bring_back(redemption, 2), self.bring_back(redemption, 2)
        self.validate(first)
        with self.assertRaises(IllegalTransition):
            self.validate(second)
        self.env.invalidate_all()
        self.assertCard(self.card, 100)

    def test_cash_comes_back_for_what_was_returned(self):
        redemption = self.take(2, price=self.price)
        self.validate(self.bring_back(redemption, 1))
        refund = redemption.refund_ids
        self.assertEqual((refund.amount, refund.state, redemption.state), (6, "due", "done"))
        self.run_cron("ir_cron_send_refunds")
        refund.refund_transaction_id._set_done()
        self.process(refund.refund_transaction_id)
        note = redemption.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual((note.amount_total, note.amount_residual), (6, 0))
        self.assertEqual(note.invoice_line_ids.quantity, 1)
        self.validate(self.bring_back(redemption, 1))
        self.env.invalidate_all()
        self.assertEqual(sum(redemption.refund_ids.mapped("amount")), 12)
        self.assertEqual(redemption.state, "returned")

    def test_stored_value_comes_back(self):
        redemption = self.take(2, price=self.price, wallet_id=self.wallet.id)
        self.assertCard(self.wallet, 38)
        self.validate(self.bring_back(redemption, 1))
        self.assertCard(self.wallet, 44)
        self.assertFalse(redemption.refund_ids)

    def test_prices_with_cents_come_back_exactly(self):
        # Of floats, three of 19.9 are more than 59.7, and three of 4.35 less than 13.05.
        self.price.write({"points": 4.35, "cash": 19.9})
        self.grant(self.wallet, 50)
        redemption = self.take(3, price=self.price, wallet_id=self.wallet.id)
        self.assertCard(self.card, 86.95)
        self.assertCard(self.wallet, 40.3)
        self.validate(self.bring_back(redemption, 3))
        self.env.invalidate_all()
        self.assertEqual(redemption.state, "returned")
        self.assertCard(self.card, 100)
        self.assertCard(self.wallet, 100)

    def test_cents_of_a_provider_s_payment_come_back_exactly(self):
        self.price.write({"points": 4.35, "cash": 19.9})
        redemption = self.take(3, price=self.price)
        self.assertEqual(redemption.invoice_ids.amount_total, 59.7)
        self.validate(self.bring_back(redemption, 3))
        self.assertEqual(redemption.refund_ids.amount, 59.7)
        self.assertCard(self.card, 100)

    def test_exchange_gives_nothing_back(self):
        redemption = self.take(1)
        back = self.bring_back(redemption, 1, exchange=True)
        self.validate(back)
        self.env.invalidate_all()
        self.assertEqual((redemption.state, redemption.line_ids.returned_quantity), ("done", 0))
        self.assertCard(self.card, 90)
        with self.assertRaises(AccessError):
            back.giftcard_exchange = False

    def later(self, back, quantity):
        """:return: the backorder of a return of which only so many came"""
        back.move_ids.write({"quantity": quantity, "picked": True})
        back.with_context(skip_sms=True, skip_backorder=True).button_validate()
        self.env.invalidate_all()
        return back.backorder_ids

    def test_the_rest_of_a_return_comes_later(self):
        redemption = self.take(3, price=self.price)
        rest = self.later(self.bring_back(redemption, 3), 1)
        self.assertEqual((redemption.state, redemption.line_ids.returned_quantity), ("done", 1))
        self.validate(rest)
        self.env.invalidate_all()
        self.assertEqual((redemption.state, redemption.line_ids.returned_quantity), ("returned", 3))
        self.assertEqual(sorted(redemption.refund_ids.mapped("amount")), [6, 12])
        self.assertCard(self.card, 100)

    def test_the_rest_of_an_exchange_gives_nothing_back_either(self):
        redemption = self.take(3)
        self.put(self.mug, 5)
        rest = self.later(self.bring_back(redemption, 3, exchange=True), 1)
        self.validate(rest)
        self.env.invalidate_all()
        self.assertEqual((redemption.state, redemption.line_ids.returned_quantity), ("done", 0))
        self.assertCard(self.card, 70)

    def test_shipped_goods_come_back(self):
        redemption = self.send(1)
        redemption._approve()
        redemption.picking_ids.with_user(self.storeman).with_context(skip_sms=True).button_validate()
        self.validate(self.bring_back(redemption, 1))
        self.env.invalidate_all()
        self.assertEqual(redemption.state, "returned")
        with self.assertRaises(UserError):
            redemption._receive()
        self.assertCard(self.card, 100)
