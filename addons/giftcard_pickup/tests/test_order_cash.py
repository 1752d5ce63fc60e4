from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.giftcard_points.exceptions import CardNotUsable, InsufficientBalance

from ..exceptions import IllegalTransition
from .common_cash import CashCase


@tagged("post_install", "-at_install")
class TestOrderCash(CashCase):
    def setUp(self):
        super().setUp()
        self.cashier = self._make_user("cashier_order", "giftcard_pickup.group_manager")

    def later(self):
        return freeze_time(fields.Datetime.now() + timedelta(minutes=31))

    def refunds(self, redemption):
        return [(refund.amount, refund.state) for refund in redemption.refund_ids.sorted("id")]

    def test_waits_for_its_payment(self):
        redemption = self.order(2, price=self.price)
        self.assertEqual((redemption.state, redemption.payment_state), ("awaiting_payment", "waiting"))
        self.assertAlmostEqual((redemption.deadline - fields.Datetime.now()).total_seconds(), 30 * 60, delta=60)
        self.assertCard(self.card, 100, held=8)
        self.assertEqual(self.stock(), (3, 2))
        for step in (redemption._approve, lambda: redemption._reject("no")):
            with self.assertRaises(IllegalTransition):
                step()

    def test_payment_brings_it_to_review_once(self):
        redemption = self.order(2, price=self.price)
        transaction = self.pay(redemption)
        self.assertEqual((redemption.state, redemption.payment_state), ("to_review", "paid"))
        self.assertEqual(redemption.transaction_id, transaction)
        transaction._set_done()
        redemption._paid_by(transaction)
        self.assertEqual(redemption.transition_ids.mapped("to_state"), ["awaiting_payment", "to_review"])
        self.assertFalse(redemption.refund_ids)

    def test_payment_is_posted_with_its_invoice(self):
        self.mug.taxes_id = self.env["account.tax"].create({"name": "6 %", "amount": 6, "type_tax_use": "sale"})
        redemption = self.order(2, price=self.price)
        transaction = self.process(self.pay(redemption))
        invoice = redemption.invoice_ids
        self.assertEqual((invoice.state, invoice.amount_total, invoice.amount_residual), ("posted", 12, 0))
        self.assertEqual(transaction.payment_id.amount, 12)
        self.assertEqual(invoice.invoice_line_ids.product_id, self.mug)

    def test_shipping_is_invoiced_with_its_taxes(self):
        self.env["delivery.carrier"].search([]).active = False
        Tax = self.env["account.tax"]
        vat, reduced = (
            Tax.create(
                {"name": name, "amount": amount, "type_tax_use": "sale", "price_include_override": "tax_excluded"}
            )
            for name, amount in (("VAT", 9), ("Reduced", 6))
        )
        product = self.env["product.product"].create(
            {"name": "Express", "type": "service", "list_price": 10, "taxes_id": [(6, 0, vat.ids)]}
        )
        carrier = self.env["delivery.carrier"].create({"name": "Express", "product_id": product.id})
        self.mug.taxes_id = False
        redemption = self.send(2, price=self.price)
        self.assertEqual((redemption.shipping_amount, redemption.cash_total), (10.9, 22.9))
        transaction = self.process(self.pay(redemption))
        invoice = redemption.invoice_ids
        line = invoice.invoice_line_ids.filtered(lambda line: line.product_id == carrier.product_id)
        self.assertEqual((line.tax_ids, line.price_subtotal, line.price_total), (vat, 10, 10.9))
        self.assertEqual((invoice.amount_total, invoice.amount_tax, invoice.amount_residual), (22.9, 0.9, 0))
        redemption._cancel("no")
        self.run_cron("ir_cron_send_refunds")
        refund = redemption.refund_ids.refund_transaction_id
        refund._set_done()
        self.process(refund)
        note = redemption.invoice_ids - invoice
        self.assertEqual((note.amount_total, note.amount_tax, note.amount_residual), (22.9, 0.9, 0))
        self.assertEqual(transaction.payment_id.amount, 22.9)
        # Another tax by the member's fiscal position: what was paid stays what it was.
        position = self.env["account.fiscal.position"].create({"name": "Reduced"})
        reduced.write({"fiscal_position_ids": [(4, position.id)], "original_tax_ids": [(6, 0, vat.ids)]})
        self.alice.property_account_position_id = position
        other = self.send(2, key="b", price=self.price)
        self.process(self.pay(other))
        invoice = other.invoice_ids
        self.assertEqual((invoice.invoice_line_ids.tax_ids, invoice.amount_total), (reduced, other.cash_total))

    def test_second_payment_is_to_be_refunded(self):
        redemption = self.order(price=self.price)
        first, second = self.pay(redemption, done=False), self.pay(redemption, done=False)
        first._set_done()
        second._set_done()
        redemption._paid_by(second)
        self.assertEqual(redemption.transaction_id, first)
        self.assertEqual(self.refunds(redemption), [(6, "due")])
        self.assertEqual(redemption.refund_ids.transaction_id, second)
        self.assertEqual(redemption.payment_state, "refund_due")

    def test_not_paid_in_time(self):
        redemption = self.order(2, price=self.price)
        transaction = self.pay(redemption, done=False)
        self.run_cron("ir_cron_expire_unpaid")
        self.assertEqual(redemption.state, "awaiting_payment")
        with self.later():
            with self.assertRaises(IllegalTransition):
                redemption._create_transaction(self.provider, self.pay_method)
            self.run_cron("ir_cron_expire_unpaid")
        self.assertEqual((redemption.state, redemption.payment_state), ("expired", "void"))
        self.assertCard(self.card, 100)
        self.assertEqual(self.stock(), (3, 0))
        self.assertEqual(self.reward.redeemed, 0)
        # The notification comes after all: the money is not lost.
        transaction._set_done()
        self.assertEqual(redemption.state, "expired")
        self.assertEqual(self.refunds(redemption), [(6 * 2, "due")])
        self.process(transaction)
        self.assertFalse(redemption.invoice_ids)

    def test_payment_of_another_amount_is_to_be_refunded(self):
        redemption = self.order(price=self.price)
        transaction = self.pay(redemption, done=False)
        transaction.amount = 5
        transaction._set_done()
        self.assertEqual(redemption.state, "awaiting_payment")
        self.assertEqual(self.refunds(redemption), [(5, "due")])

    def test_rejected_and_cancelled_money_goes_back_by_the_provider(self):
        for key, undo in (("a", "_reject"), ("b", "_cancel")):
            redemption = self.order(key=key, price=self.price)
            transaction = self.process(self.pay(redemption))
            getattr(redemption, undo)("Sold out")
            self.assertEqual(self.refunds(redemption), [(6, "due")])
            self.run_cron("ir_cron_send_refunds")
            self.assertEqual(self.refunds(redemption), [(6, "sent")])
            refund = redemption.refund_ids.refund_transaction_id
            self.assertEqual((refund.source_transaction_id, refund.amount), (transaction, -6))
            refund._set_done()
            self.process(refund)
            self.assertEqual((self.refunds(redemption), redemption.payment_state), ([(6, "done")], "refunded"))
            note = redemption.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
            self.assertEqual((note.amount_total, note.amount_residual, note.state), (6, 0, "posted"))
        self.assertCard(self.card, 100)

    def test_cancelled_after_approval(self):
        redemption = self.order(price=self.price)
        self.pay(redemption)
        redemption._approve()
        self.assertEqual(redemption.state, "ready")
        redemption._cancel("no")
        self.assertEqual(self.refunds(redemption), [(6, "due")])
        self.assertCard(self.card, 100)

    def test_refused_refund_waits_for_people(self):
        redemption = self.order(price=self.price)
        transaction = self.pay(redemption)
        redemption._cancel("no")

        def refuse(transaction):
            transaction._set_error("No money on the merchant's account")

        with (
            patch.object(type(transaction), "_send_refund_request", refuse),
            self.assertLogs("odoo.addons.giftcard_pickup.models.giftcard_refund", "ERROR"),
        ):
            self.run_cron("ir_cron_send_refunds")
        refund = redemption.refund_ids
        self.assertEqual(refund.state, "manual")
        with self.assertRaises(AccessError):
            refund.with_user(self.reviewer).action_send()
        refund.with_user(self.cashier).action_send()
        self.run_cron("ir_cron_send_refunds")
        self.assertEqual(refund.state, "sent")
        with self.assertRaises(IllegalTransition):
            refund.with_user(self.cashier).action_send()
        refund.with_user(self.cashier).action_mark_done()
        with self.assertRaises(IllegalTransition):
            refund.with_user(self.cashier).action_mark_done()

    def test_refund_by_somebody_else_stops_ours(self):
        redemption = self.order(price=self.price)
        transaction = self.pay(redemption)
        transaction._refund()
        redemption._cancel("no")
        self.run_cron("ir_cron_send_refunds")
        self.assertEqual(self.refunds(redemption), [(6, "manual")])

    def assertBooked(self, redemption, transaction, refund):
        """The payment and its refund are posted, and with their documents, if there are any, nothing is open."""
        self.assertEqual((transaction.payment_id.amount, transaction.payment_id.payment_type), (6, "inbound"))
        self.assertEqual((refund.payment_id.amount, refund.payment_id.payment_type), (6, "outbound"))
        self.assertEqual({move.state for move in redemption.invoice_ids} - {"posted"}, set())
        self.assertEqual(sum(redemption.invoice_ids.mapped("amount_residual")), 0)
        self.assertEqual(sum(redemption.invoice_ids.mapped("amount_total_signed")), 0)

    def test_refunded_before_the_payment_was_posted(self):
        redemption = self.order(price=self.price)
        transaction = self.pay(redemption)
        redemption._cancel("At once")
        self.run_cron("ir_cron_send_refunds")
        refund = redemption.refund_ids.refund_transaction_id
        refund._set_done()
        # The latest first, as by Odoo's own job.
        self.process(refund)
        self.process(transaction)
        self.assertEqual(sorted(redemption.invoice_ids.mapped("move_type")), ["out_invoice", "out_refund"])
        self.assertBooked(redemption, transaction, refund)

    def test_late_payment_refunded_before_it_was_posted(self):
        redemption = self.order(price=self.price)
        transaction = self.pay(redemption, done=False)
        with self.later():
            self.run_cron("ir_cron_expire_unpaid")
        transaction._set_done()
        self.run_cron("ir_cron_send_refunds")
        refund = redemption.refund_ids.refund_transaction_id
        refund._set_done()
        self.process(refund)
        self.assertFalse(redemption.invoice_ids)
        self.assertBooked(redemption, transaction, refund)

    def test_payment_that_cannot_be_posted_is_refunded_later(self):
        stuck, other = self.order(price=self.price), self.order(key="b", price=self.price)
        for redemption in stuck | other:
            self.pay(redemption)
            redemption._cancel("no")
        invoice = type(stuck)._invoice

        def refuse(redemption):
            if redemption == stuck:
                raise ValueError("The period is closed")
            return invoice(redemption)

        with (
            patch.object(type(stuck), "_invoice", refuse),
            self.assertLogs("odoo.addons.giftcard_pickup.models.giftcard_refund", "ERROR"),
        ):
            self.run_cron("ir_cron_send_refunds")
        self.assertEqual((self.refunds(stuck), self.refunds(other)), ([(6, "due")], [(6, "sent")]))
        self.run_cron("ir_cron_send_refunds")
        self.assertEqual(self.refunds(stuck), [(6, "sent")])

    def test_refunded_by_hand_is_credited(self):
        redemption = self.order(price=self.price)
        transaction = self.pay(redemption)
        transaction._refund().state = "pending"
        redemption._cancel("no")
        self.run_cron("ir_cron_send_refunds")
        self.assertEqual(self.refunds(redemption), [(6, "manual")])
        redemption.refund_ids.with_user(self.cashier).action_mark_done()
        note = redemption.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        # It is matched with the line of the bank.
        self.assertEqual((note.state, note.amount_total, note.amount_residual), ("posted", 6, 6))
        self.assertEqual((redemption.invoice_ids - note).amount_residual, 0)

    def test_no_more_is_refunded_than_was_paid(self):
        redemption = self.order(price=self.price)
        transaction = self.pay(redemption)
        Refund = self.env["giftcard.refund"]
        with self.assertRaisesRegex(Exception, "less than that"), self.env.cr.savepoint():
            Refund._owe(redemption, 7, "x", transaction=transaction)
        redemption._cancel("no")
        with self.assertRaisesRegex(Exception, "less than that"), self.env.cr.savepoint():
            Refund._owe(redemption, 1, "y", transaction=transaction)

    # At the counter

    def test_clerk_takes_the_cash(self):
        redemption = self.order(2, price=self.price)
        action = redemption.with_user(self.clerk).action_register_payment()
        wizard = self.env[action["res_model"]].with_user(self.clerk).with_context(**action["context"]).create({})
        self.assertEqual(wizard.amount, 12)
        wizard.action_confirm()
        self.assertEqual((redemption.state, redemption.payment_state), ("to_review", "paid"))
        payment = redemption.payment_id
        self.assertEqual((payment.amount, payment.journal_id.type), (12, "cash"))
        self.assertEqual((redemption.invoice_ids.amount_residual, redemption.invoice_ids.state), (0, "posted"))
        with self.assertRaises(IllegalTransition):
            wizard.action_confirm()
        redemption._reject("no")
        refund = redemption.refund_ids
        self.assertEqual((refund.amount, refund.state), (12, "manual"))
        refund.with_user(self.cashier).action_mark_done()
        self.assertEqual((refund.payment_id.amount, refund.payment_id.payment_type), (12, "outbound"))

    def test_only_the_own_stores_clerk_takes_cash(self):
        redemption = self.order(price=self.price)
        other = self._make_user("clerk_elsewhere", "giftcard_pickup.group_clerk")
        plain = self._make_user("plain_order", "base.group_user")
        for user in (other, plain):
            with self.assertRaises(AccessError):
                redemption.with_user(user).action_register_payment()
            with self.assertRaises(AccessError):
                self.env["giftcard.redemption.payment"].with_user(user).create(
                    {"redemption_id": redemption.id}
                ).action_confirm()

    # Stored value

    def test_wallet_is_held_and_captured(self):
        redemption = self.order(2, price=self.price, wallet_id=self.wallet.id)
        self.assertEqual((redemption.state, redemption.payment_state), ("to_review", "paid"))
        self.assertCard(self.wallet, 50, held=12)
        redemption._approve()
        self.assertCard(self.wallet, 38)
        redemption._cancel("no")
        self.assertCard(self.wallet, 50)
        self.assertCard(self.card, 100)
        self.assertEqual(redemption.payment_state, "refunded")
        self.assertFalse(redemption.refund_ids)

    def test_wallet_is_released(self):
        redemption = self.order(price=self.price, wallet_id=self.wallet.id)
        redemption._reject("no")
        self.assertCard(self.wallet, 50)
        self.assertEqual(redemption.payment_state, "void")

    def test_wallet_too_small_or_not_the_own(self):
        self.price.cash = 60
        with self.assertRaises(InsufficientBalance):
            self.order(price=self.price, wallet_id=self.wallet.id)
        self.assertCard(self.card, 100)
        foreign = self.bob._member_card(self.wallet_program)
        for card in (foreign, self.card, self.gift):
            with self.assertRaises(CardNotUsable):
                self.order(price=self.price, wallet_id=card.id)
