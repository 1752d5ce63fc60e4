from unittest.mock import patch
from uuid import uuid4

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..exceptions import PaymentRefused, PaymentUnavailable
from .test_wechatpay import WechatpayCase

CALL = "odoo.addons.giftcard_wechat.models.payment.payment_provider.PaymentProvider._wechatpay_call"
METHOD = "odoo.addons.giftcard_wechat.models.payment.pos_payment_method"
CODE = "134567890123456789"


@tagged("post_install", "-at_install")
class TestWechatpayTill(WechatpayCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        journals = cls.env["account.journal"]
        yuan = cls.env.ref("base.CNY").id
        sales = journals.create({"name": "Till", "code": "WXT", "type": "sale", "currency_id": yuan})
        bank = journals.create({"name": "WeChat Pay", "code": "WXB", "type": "bank", "currency_id": yuan})
        cls.method = cls.env["pos.payment.method"].create(
            {
                "name": "WeChat",
                "journal_id": bank.id,
                "payment_method_type": "terminal",
                "use_payment_terminal": "wechatpay",
                "wechatpay_provider_id": cls.provider.id,
            }
        )
        cls.config = cls.env["pos.config"].create(
            {
                "name": "Yuan till",
                "journal_id": sales.id,
                "invoice_journal_id": sales.id,
                "payment_method_ids": [(6, 0, cls.method.ids)],
                "use_pricelist": False,
                "pricelist_id": False,
                "available_pricelist_ids": [(5, 0, 0)],
            }
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Wechat Tea", "list_price": 88, "taxes_id": False, "available_in_pos": True}
        )
        cls.clerk = new_test_user(cls.env, "wxpay_clerk", "base.group_user,point_of_sale.group_pos_user")
        cls.terminal = cls.method.with_user(cls.clerk)

    def begin(self, amount=88):
        return self.terminal.wechatpay_begin(amount, self.config.id)

    def payment(self, reference):
        return self.env["payment.transaction"].search([("reference", "=", reference)])

    def paid(self):
        """:return: reference of a payment of 88 that was made"""
        reference = self.begin()
        self.terminal.wechatpay_charge(reference, CODE)
        return reference

    def store(self, *payments, quantity=1):
        """Store an order of tea. :param payments: pairs (amount, transaction). :return: the order"""
        if not self.config.current_session_id:
            self.config.with_user(self.clerk).open_ui()
            self.config.current_session_id.set_opening_control(0, "")
        total = 88 * quantity
        line = {
            "product_id": self.product.id,
            "qty": quantity,
            "price_unit": 88,
            "price_subtotal": total,
            "price_subtotal_incl": total,
            "tax_ids": [(6, 0, [])],
            "uuid": str(uuid4()),
        }
        paid = [
            {"amount": amount, "payment_method_id": self.method.id, "transaction_id": number, "payment_status": "done"}
            for amount, number in payments
        ]
        order = {
            "uuid": str(uuid4()),
            "name": "/",
            "access_token": str(uuid4()),
            "state": "paid",
            "session_id": self.config.current_session_id.id,
            "user_id": self.clerk.id,
            "date_order": fields.Datetime.to_string(fields.Datetime.now()),
            "pricelist_id": False,
            "fiscal_position_id": False,
            "partner_id": False,
            "to_invoice": False,
            "amount_total": total,
            "amount_paid": sum(amount for amount, number in payments),
            "amount_tax": 0,
            "amount_return": 0,
            "lines": [(0, 0, line)],
            "payment_ids": [(0, 0, {**values, "uuid": str(uuid4())}) for values in paid],
        }
        uuid = order["uuid"]
        self.env["pos.order"].with_user(self.clerk).sync_from_ui([order])
        return self.env["pos.order"].search([("uuid", "=", uuid)])

    def differences(self, day="2026-05-01"):
        """:return: (kind, line kind, number) of what differs that day, but for what the bill, which is empty, lacks"""
        bills = self.env["giftcard.wechatpay.bill"]
        bill = bills.search([("date", "=", day)]) or bills.create({"provider_id": self.provider.id, "date": day})
        bill._reconcile()
        found = bill.difference_ids.filtered(lambda difference: difference.kind != "missing")
        return sorted(found.mapped(lambda difference: (difference.kind, difference.line_kind, difference.number)))

    def wechat(self, **states):
        """Let WeChat Pay answer. :return: the calls it gets"""
        calls = []

        def answer(provider, method, path, content=None, **kwargs):
            calls.append(path)
            reference = (content or {}).get("out_trade_no") or path.split("/")[-1].split("?")[0]
            tx = self.payment(reference)
            state = states["codepay" if path.endswith("/codepay") else "query"]
            if callable(state):
                state = state(reference)
            if isinstance(state, Exception):
                raise state
            if state == "USERPAYING":
                return {"trade_state": state}
            return self.word(tx, trade_state=state, amount={"total": tx._wechatpay_fen(), "currency": "CNY"})

        self.startPatcher(patch(CALL, answer))
        return calls

    def test_a_payment(self):
        calls = self.wechat(codepay="SUCCESS")
        reference = self.begin()
        self.assertFalse(calls, "the payment is stored before money is taken")
        self.assertEqual(self.terminal.wechatpay_charge(reference, CODE)["state"], "done")
        tx = self.payment(reference)
        self.assertEqual((tx.pos_config_id, tx.wechatpay_trade_type), (self.config, "codepay"))
        # The session of the till posts what it took.
        tx._post_process()
        self.assertTrue(tx.is_post_processed)
        self.assertFalse(tx.payment_id)

    def test_a_password(self):
        calls = self.wechat(codepay="USERPAYING", query="SUCCESS")
        reference = self.begin()
        self.assertEqual(self.terminal.wechatpay_charge(reference, CODE)["state"], "pending")
        self.assertEqual(self.terminal.wechatpay_ask(reference)["state"], "done")
        self.assertEqual(self.terminal.wechatpay_ask(reference)["state"], "done")
        self.assertEqual(len(calls), 2)

    def test_a_refusal(self):
        refusal = PaymentRefused("WeChat Pay: no money (NOTENOUGH)", "NOTENOUGH")
        self.wechat(codepay=refusal, query="NOTPAY")
        reference = self.begin()
        answer = self.terminal.wechatpay_charge(reference, CODE)
        self.assertEqual((answer["state"], answer["message"]), ("error", "WeChat Pay: no money (NOTENOUGH)"))
        with self.assertRaises(PaymentRefused):
            self.terminal.wechatpay_charge(reference, CODE)

    def test_giving_up_what_was_charged_refunds(self):
        self.wechat(codepay="SUCCESS")
        reference = self.begin()
        self.terminal.wechatpay_charge(reference, CODE)
        self.terminal.wechatpay_cancel(reference)
        [refund] = self.payment(reference).child_transaction_ids
        self.assertEqual((refund.operation, refund.amount, refund.state), ("refund", -88, "pending"))
        refund._post_process()
        self.assertFalse(refund.payment_id)
        self.terminal.wechatpay_cancel(reference)
        self.assertEqual(self.payment(reference).child_transaction_ids, refund, "giving up twice is one refund")
        with self.assertRaises(PaymentRefused):
            self.terminal.wechatpay_refund(reference, 1, "line")

    def test_given_up_while_it_is_charged(self):
        """The clerk deletes the line between the charge and its answer: it goes back, and never counts as paid."""

        def charge(reference):
            self.terminal.wechatpay_cancel(reference)
            return "SUCCESS"

        calls = self.wechat(codepay=charge, query="SUCCESS")
        reference = self.begin()
        tx = self.payment(reference)
        for call in (
            lambda: self.terminal.wechatpay_charge(reference, CODE),
            lambda: self.terminal.wechatpay_ask(reference),
            # As repeated by Odoo after a conflict.
            lambda: self.terminal.wechatpay_charge(reference, CODE),
        ):
            self.assertEqual(call()["state"], "pending")
            self.assertTrue(tx.wechatpay_due_at <= fields.Datetime.now(), "the cron is to reverse it")
        self.assertEqual(len([path for path in calls if path.endswith("/codepay")]), 1)

    def test_charged_after_it_was_closed(self):
        states = {"codepay": "SUCCESS", "query": "SUCCESS"}
        self.wechat(**states)
        reference = self.begin()
        tx = self.payment(reference)
        self.terminal.wechatpay_cancel(reference)
        tx._wechatpay_closed()
        self.assertEqual(self.terminal.wechatpay_charge(reference, CODE)["state"], "done")
        [refund] = tx.child_transaction_ids
        self.assertEqual((refund.amount, refund.state), (-88, "pending"))
        # What is on its way back is no payment.
        with self.assertRaises(PaymentRefused):
            self.store((88, reference))

    def test_refused_while_the_customer_confirms(self):
        """A second attempt is refused, the first still waits for the password."""
        self.wechat(codepay=PaymentRefused("Code used", "AUTH_CODE_INVALID"), query="USERPAYING")
        reference = self.begin()
        self.assertEqual(self.terminal.wechatpay_charge(reference, CODE)["state"], "pending")

    def test_a_bank_that_does_not_answer(self):
        self.wechat(codepay=PaymentRefused("Ask", "BANKERROR"), query="NOTPAY")
        reference = self.begin()
        self.assertEqual(self.terminal.wechatpay_charge(reference, CODE)["state"], "pending")

    def test_a_query_without_an_answer(self):
        answers = [PaymentUnavailable("down"), "SUCCESS"]
        self.wechat(codepay="USERPAYING", query=lambda reference: answers.pop(0))
        reference = self.begin()
        self.terminal.wechatpay_charge(reference, CODE)
        with mute_logger(METHOD):
            self.assertEqual(self.terminal.wechatpay_ask(reference)["state"], "pending")
        self.assertEqual(self.terminal.wechatpay_ask(reference)["state"], "done")

    # Orders

    def test_an_order_needs_its_payment(self):
        self.wechat(codepay="SUCCESS", query="NOTPAY")
        reference, pending = self.paid(), self.begin()
        for payments in (
            [(88, "POS1-invented")],
            [(88, False)],
            [(88, pending)],
            [(88, self.tx.reference)],
            [(50, reference), (38, False)],
            [(44, reference), (44, reference)],
        ):
            with self.subTest(payments=payments), self.assertRaises(PaymentRefused):
                self.store(*payments)
        with self.assertRaises(PaymentRefused):
            self.store((176, reference), quantity=2)
        self.assertEqual(self.store((88, reference)).state, "paid")
        with self.assertRaises(PaymentRefused):
            self.store((88, reference))

    def test_what_has_paid_an_order_is_not_given_up(self):
        self.wechat(codepay="SUCCESS")
        reference = self.paid()
        self.store((88, reference))
        with self.assertRaises(PaymentRefused):
            self.terminal.wechatpay_cancel(reference)
        self.assertFalse(self.payment(reference).child_transaction_ids)

    def test_a_refund_counts_once(self):
        self.wechat(codepay="SUCCESS")
        reference = self.paid()
        with self.assertRaises(PaymentRefused):
            self.terminal.wechatpay_refund(reference, 30, "line 1")
        self.store((88, reference))
        refund = self.terminal.wechatpay_refund(reference, 30, "line 1")
        self.assertEqual(self.terminal.wechatpay_refund(reference, 30, "line 1"), refund, "the answer was lost")
        tx = self.payment(reference)
        self.assertEqual((tx.wechatpay_refunded, len(tx.child_transaction_ids)), (30, 1))
        for amount, key in ((31, "line 1"), (0, "line 2"), (-1, "line 2"), (59, "line 2"), (1, "")):
            with self.subTest(amount=amount, key=key), self.assertRaises(PaymentRefused):
                self.terminal.wechatpay_refund(reference, amount, key)
        with self.assertRaises(PaymentRefused):
            tx._refund(0)
        self.payment(refund)._wechatpay_refund_failed("closed")
        again = self.terminal.wechatpay_refund(reference, 30, "line 1")
        self.assertNotEqual(again, refund)
        whole = self.terminal.wechatpay_refund(self.sold(), 88, "line")
        self.assertEqual(self.store((-88, whole), quantity=-1).state, "paid")

    def sold(self):
        reference = self.paid()
        self.store((88, reference))
        return reference

    def test_the_bill_finds_orders_without_money(self):
        self.wechat(codepay="SUCCESS")
        reference, other = self.sold(), self.sold()
        named = self.payment(reference)._wechatpay_lines()
        (named | self.payment(other)._wechatpay_lines()).payment_date = "2026-05-01 04:00:00"
        self.assertEqual(self.differences(), [])
        for values, number in (
            ({"transaction_id": "POS1-invented"}, "POS1-invented"),
            ({"transaction_id": False}, named.uuid),
            ({"transaction_id": reference, "amount": 87}, reference),
            ({"transaction_id": other, "amount": 88}, other),
        ):
            self.env.cr.execute(
                "UPDATE pos_payment SET transaction_id = %s, amount = %s WHERE id = %s",
                [values["transaction_id"] or None, values.get("amount", 88), named.id],
            )
            self.assertIn(("backing", "payment", number), self.differences(), values)
        self.payment(other).state = "cancel"
        self.assertIn(("backing", "payment", other), self.differences())

    def test_the_bill_finds_refunds_without_an_order(self):
        self.wechat(codepay="SUCCESS")
        reference = self.sold()
        refund = self.payment(self.terminal.wechatpay_refund(reference, 88, "line"))
        refund._wechatpay_take(self.refund_word(refund))
        refund.wechatpay_sent_at = "2026-05-01 04:00:00"
        self.assertEqual(self.differences(), [("order", "refund", refund.reference)])
        self.store((-88, refund.reference), quantity=-1)
        self.assertEqual(self.differences(), [])
        # What was given up went back without an order, as it was to.
        given_up = self.paid()
        self.terminal.wechatpay_cancel(given_up)
        back = self.payment(given_up).child_transaction_ids
        back._wechatpay_take(self.refund_word(back))
        back.wechatpay_sent_at = "2026-05-01 04:00:00"
        self.assertEqual(self.differences(), [])

    def test_money_without_an_order_is_listed(self):
        self.wechat(codepay="SUCCESS")
        reference = self.begin()
        self.terminal.wechatpay_charge(reference, CODE)
        bill = self.env["giftcard.wechatpay.bill"].create({"provider_id": self.provider.id, "date": "2026-05-01"})
        bill._reconcile()
        kinds = bill.difference_ids.filtered(lambda difference: difference.number == reference).mapped("kind")
        self.assertEqual(sorted(kinds), ["missing", "order"])

    def test_refusals_of_ours(self):
        self.wechat(codepay="SUCCESS")
        for amount in (0, -1):
            with self.assertRaises(PaymentRefused):
                self.begin(amount)
        dollars = self.env["pos.config"].create({"name": "Dollar till"})
        if dollars.currency_id.name != "CNY":
            with self.assertRaises(PaymentRefused):
                self.terminal.wechatpay_begin(88, dollars.id)
        with self.assertRaises(PaymentRefused):
            self.terminal.wechatpay_charge(self.begin(), "281234567890123456")
        # Payments that no till has begun are not the till's.
        with self.assertRaises(PaymentRefused):
            self.terminal.wechatpay_refund(self.tx.reference, 1, "line")
        with self.assertRaises(UserError):
            self.method.wechatpay_provider_id = False

    def test_who_may(self):
        nobody = new_test_user(self.env, "wxpay_nobody", "base.group_user")
        reference = self.begin()
        for call in (
            lambda terminal: terminal.wechatpay_begin(1, self.config.id),
            lambda terminal: terminal.wechatpay_charge(reference, CODE),
            lambda terminal: terminal.wechatpay_ask(reference),
            lambda terminal: terminal.wechatpay_cancel(reference),
            lambda terminal: terminal.wechatpay_refund(reference, 1, "line"),
        ):
            with self.assertRaises(AccessError):
                call(self.method.with_user(nobody))
        with self.assertRaises(AccessError):
            self.terminal.read(["wechatpay_provider_id"])

    def test_the_screen(self):
        calls = self.wechat(codepay="SUCCESS")
        self.tour("giftcard_wechat_till")
        self.assertEqual(len(calls), 1)
        # The till's requests have written with environments of their own.
        self.env.invalidate_all()
        [order] = self.env["pos.order"].search([("config_id", "=", self.config.id)])
        self.assertEqual((order.state, order.amount_paid), ("paid", 88))
        self.assertEqual(self.payment(order.payment_ids.transaction_id).state, "done")

    def test_a_line_with_an_error_is_given_up(self):
        """The query fails, the clerk deletes the line: the customer, who types a password, does not pay for nothing."""
        self.wechat(codepay="USERPAYING", query=PaymentRefused("No permission (NO_AUTH)", "NO_AUTH"))
        self.tour("giftcard_wechat_till_give_up")
        self.env.invalidate_all()
        tx = self.env["payment.transaction"].search([("pos_config_id", "=", self.config.id)])
        self.assertEqual((tx.state, tx.wechatpay_given_up), ("pending", True))

    def tour(self, name):
        self.clerk.write({"group_ids": [(4, self.env.ref("point_of_sale.group_pos_manager").id)]})
        self.config.with_user(self.clerk).open_ui()
        self.start_tour(f"/pos/ui/{self.config.id}", name, login="wxpay_clerk")
