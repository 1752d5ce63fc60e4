from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from ..exceptions import PaymentRefused
from .test_wechatpay import WechatpayCase

CALL = "odoo.addons.giftcard_wechat.models.payment.payment_provider.PaymentProvider._wechatpay_call"
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
        cls.clerk = new_test_user(cls.env, "wxpay_clerk", "base.group_user,point_of_sale.group_pos_user")
        cls.terminal = cls.method.with_user(cls.clerk)

    def begin(self, amount=88):
        return self.terminal.wechatpay_begin(amount, self.config.id)

    def payment(self, reference):
        return self.env["payment.transaction"].search([("reference", "=", reference)])

    def wechat(self, **states):
        """Let WeChat Pay answer. :return: the calls it gets"""
        calls = []

        def answer(provider, method, path, content=None, **kwargs):
            calls.append(path)
            reference = (content or {}).get("out_trade_no") or path.split("/")[-1].split("?")[0]
            tx = self.payment(reference)
            state = states["codepay" if path.endswith("/codepay") else "query"]
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
        with self.assertRaises(PaymentRefused):
            self.terminal.wechatpay_refund(reference, 1)

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
            self.terminal.wechatpay_refund(self.tx.reference, 1)
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
            lambda terminal: terminal.wechatpay_refund(reference, 1),
        ):
            with self.assertRaises(AccessError):
                call(self.method.with_user(nobody))
        with self.assertRaises(AccessError):
            self.terminal.read(["wechatpay_provider_id"])

    def test_the_screen(self):
        calls = self.wechat(codepay="SUCCESS")
        self.env["product.product"].create(
            {"name": "Wechat Tea", "list_price": 88, "taxes_id": False, "available_in_pos": True}
        )
        self.clerk.write({"group_ids": [(4, self.env.ref("point_of_sale.group_pos_manager").id)]})
        self.config.with_user(self.clerk).open_ui()
        self.start_tour(f"/pos/ui/{self.config.id}", "giftcard_wechat_till", login="wxpay_clerk")
        self.assertEqual(len(calls), 1)
        # The till's requests have written with environments of their own.
        self.env.invalidate_all()
        [order] = self.env["pos.order"].search([("config_id", "=", self.config.id)])
        self.assertEqual((order.state, order.amount_paid), ("paid", 88))
        self.assertEqual(self.payment(order.payment_ids.transaction_id).state, "done")
