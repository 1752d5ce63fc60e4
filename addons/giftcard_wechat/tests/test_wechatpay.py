import json
import time
from base64 import b64encode
from pathlib import Path
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import file_path, mute_logger

from ..exceptions import PaymentRefused, PaymentUnavailable
from ..wechatpay import bill, protocol

API_KEY = "k" * 32
NOTIFICATIONS = "odoo.addons.giftcard_wechat.models.payment.giftcard_wechatpay_notification"
PROVIDER = "odoo.addons.giftcard_wechat.models.payment.payment_provider.PaymentProvider"
CONTROLLER = "odoo.addons.giftcard_wechat.controllers.wechatpay"


class WechatpayCase(TransactionCase):
    """A provider in force and a payment of 88 yuan. The whole protocol is tested against a server, in the suite."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = generate_private_key(public_exponent=65537, key_size=2048)
        cls.pem = cls.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        cls.public_pem = cls.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        cls.env.ref("base.CNY").active = True
        cls.provider = cls.env.ref("giftcard_wechat.payment_provider_wechatpay")
        cls.provider.wechatpay_key_ids.unlink()
        cls.provider.write(
            {
                "wechatpay_mchid": "1900000001",
                "wechatpay_appid": "wx1",
                "wechatpay_serial_no": "0a:bc",
                "wechatpay_private_key": cls.pem,
                "wechatpay_apiv3_key": API_KEY,
                "wechatpay_key_ids": [(0, 0, {"serial": "PUB_KEY_ID_1", "pem": cls.public_pem})],
            }
        )
        cls.provider.state = "test"
        cls.partner = cls.env["res.partner"].create({"name": "Customer"})
        cls.tx = cls.new_payment()

    @classmethod
    def new_payment(cls, **values):
        return cls.env["payment.transaction"].create(
            {
                "provider_id": cls.provider.id,
                "payment_method_id": cls.env.ref("payment.payment_method_wechat_pay").id,
                "amount": 88,
                "currency_id": cls.env.ref("base.CNY").id,
                "partner_id": cls.partner.id,
                "wechatpay_appid": "wx1",
                **values,
            }
        )

    def word(self, tx=None, **changes):
        return {
            "mchid": "1900000001",
            "appid": "wx1",
            "out_trade_no": (tx or self.tx).reference,
            "transaction_id": "4200000001",
            "trade_state": "SUCCESS",
            "success_time": "2026-05-01T07:30:00+08:00",
            "amount": {"total": 8800, "currency": "CNY"},
            **changes,
        }

    def refund_word(self, refund, status="SUCCESS"):
        source = refund.source_transaction_id
        return {
            "out_trade_no": source.reference,
            "out_refund_no": refund.reference,
            "refund_id": "5030000001",
            "status": status,
            "amount": {"total": source._wechatpay_fen(), "refund": refund._wechatpay_fen(), "currency": "CNY"},
        }

    def message(self, content, number="n-1"):
        """:return: headers and body of a notification that this WeChat Pay has signed"""
        ciphertext = AESGCM(API_KEY.encode()).encrypt(b"0123456789ab", json.dumps(content).encode(), b"transaction")
        resource = {
            "algorithm": "AEAD_AES_256_GCM",
            "nonce": "0123456789ab",
            "associated_data": "transaction",
            "ciphertext": b64encode(ciphertext).decode(),
        }
        body = json.dumps({"id": number, "event_type": "TRANSACTION.SUCCESS", "resource": resource})
        timestamp = str(int(time.time()))
        headers = {
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": "n",
            "Wechatpay-Serial": "PUB_KEY_ID_1",
            "Wechatpay-Signature": protocol.sign(self.key, timestamp, "n", body),
        }
        return headers, body.encode()


@tagged("post_install", "-at_install")
class TestWechatpay(WechatpayCase):
    def test_keys_in_any_form(self):
        pkcs1 = self.key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
        for pem in (self.pem, pkcs1, self.pem.replace("\n", "\r\n"), self.pem.replace("\n", ""), f"\n  {self.pem}\n\n"):
            self.assertEqual(protocol.private_key(pem).private_numbers(), self.key.private_numbers())
        small = generate_private_key(public_exponent=65537, key_size=1024)
        small_pem = small.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        for pem in ("", "x", self.public_pem, small_pem):
            with self.assertRaises(ValueError):
                protocol.private_key(pem)

    def test_serials(self):
        self.assertEqual(protocol.normal_serial(" 0a:bC "), "ABC")
        self.assertEqual(protocol.normal_serial("PUB_KEY_ID_0abc"), "PUB_KEY_ID_0abc")

    def test_credentials_are_checked(self):
        for values in (
            {"wechatpay_private_key": "no key"},
            {"wechatpay_apiv3_key": "short"},
            {"wechatpay_minutes": 4},
            {"wechatpay_key_ids": [(0, 0, {"serial": "PUB_KEY_ID_2", "pem": "no key"})]},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.provider.write(values)
        with self.assertRaises(ValidationError):
            self.provider.write({"wechatpay_key_ids": [(5, 0, 0)]})

    def test_credentials_are_the_administrators(self):
        manager = new_test_user(self.env, "wxpay_manager", "base.group_user,giftcard_points.group_manager")
        with self.assertRaises(AccessError):
            self.provider.with_user(manager).read(["wechatpay_private_key"])
        with self.assertRaises(AccessError):
            self.env["giftcard.wechatpay.key"].with_user(manager).search([])
        fields = self.env["payment.provider"]._fields
        for name in fields:
            if name.startswith("wechatpay_"):
                self.assertEqual(fields[name].groups, "base.group_system", name)

    def test_a_copy_of_the_database_can_do_nothing(self):
        self.tx.wechatpay_due_at = "2026-01-01"
        self.env.flush_all()
        sql = Path(file_path("giftcard_wechat/data/neutralize.sql")).read_text(encoding="utf-8")
        self.env.cr.execute(sql)
        self.env.invalidate_all()
        self.assertFalse(self.provider.wechatpay_private_key or self.provider.wechatpay_apiv3_key)
        self.assertFalse(self.provider.wechatpay_key_ids)
        self.assertFalse(self.tx.wechatpay_due_at)
        with self.assertRaises(PaymentRefused):
            self.tx._wechatpay_code_url()

    def test_features(self):
        self.assertEqual(self.provider.support_refund, "partial")
        self.assertEqual(self.provider._get_supported_currencies().mapped("name"), ["CNY"])
        self.assertTrue(self.provider.wechatpay_notify_url.endswith(f"/payment/wechatpay/notify/{self.provider.id}"))
        self.provider.action_reset_credentials()
        self.assertFalse(self.provider.wechatpay_private_key)

    def test_numbers_of_orders(self):
        compute = self.env["payment.transaction"]._compute_reference
        for prefix in ("INV/2026/05/0001", "S00012", "很长的名字" * 9, "x" * 80, "a", "-", None):
            number = compute("wechatpay", prefix=prefix)
            self.assertRegex(number, r"^[0-9A-Za-z_-]{6,32}$", prefix)
            self.new_payment(reference=number)
            self.assertNotEqual(compute("wechatpay", prefix=prefix), number)
        with self.assertRaises(PaymentRefused):
            self.new_payment(reference="INV/1")._wechatpay_code_url()

    def test_amounts_are_exact_fen(self):
        for amount, fen in ((0.29, 29), (1.15, 115), (88.8, 8880), (1111.11, 111111), (9999999.99, 999999999)):
            self.assertEqual(self.new_payment(amount=amount)._wechatpay_fen(), fen)

    def test_a_notification_counts_once(self):
        receive = self.env["giftcard.wechatpay.notification"]._receive
        headers, body = self.message(self.word())
        for times in (1, 2):
            self.assertIsNone(receive(self.provider.id, headers, body))
            notification = self.env["giftcard.wechatpay.notification"].search([("number", "=", "n-1")])
            self.assertEqual((notification.times, notification.state), (times, "done"))
        self.assertEqual((self.tx.state, self.tx.provider_reference), ("done", "4200000001"))
        self.assertEqual(str(self.tx.wechatpay_paid_at), "2026-04-30 23:30:00")

    def test_a_notification_that_does_not_match(self):
        receive = self.env["giftcard.wechatpay.notification"]._receive
        for number, changes in enumerate(
            ({"mchid": "1"}, {"appid": "wx2"}, {"out_trade_no": "x"}, {"amount": {"total": 1, "currency": "CNY"}})
        ):
            with mute_logger(NOTIFICATIONS):
                self.assertTrue(receive(self.provider.id, *self.message(self.word(**changes), f"n-{number}")))
            self.assertEqual(self.tx.state, "draft")
        headers, body = self.message(self.word())
        with self.assertRaises(protocol.NotAuthentic):
            receive(self.provider.id, headers, body + b" ")
        self.assertEqual(self.tx.state, "draft")

    def test_refunds_are_limited(self):
        self.tx._wechatpay_take(self.word())
        with self.assertRaises(PaymentRefused):
            self.tx._refund(88.01)
        for amount in (0, -1):
            with self.assertRaises(PaymentRefused):
                self.tx._wechatpay_reserve_refund(amount)
        refund = self.tx._refund(88)
        self.assertEqual((refund.state, refund.amount, refund.operation), ("pending", -88, "refund"))
        with self.assertRaises(PaymentRefused):
            refund._refund(1)
        old = self.new_payment()
        old._wechatpay_take(self.word(old, success_time="2020-05-01T07:30:00+08:00"))
        with self.assertRaises(PaymentRefused):
            old._refund(1)
        with self.assertRaises(PaymentRefused):
            self.new_payment()._refund(1)

    def test_a_refund_fails_only_on_a_clear_answer(self):
        self.tx._wechatpay_take(self.word())
        refund = self.tx._refund(30)
        states = {}

        def call(provider, method, path, content=None, **kwargs):
            if isinstance(states[method], Exception):
                raise states[method]
            return states[method]

        self.startPatcher(patch(f"{PROVIDER}._wechatpay_call", call))
        unknown = PaymentRefused("Unknown", "RESOURCE_NOT_EXISTS", True)
        for post, get in (
            (PaymentRefused("No", "INVALID_REQUEST"), unknown),
            (PaymentRefused("No", "INVALID_REQUEST", True), PaymentRefused("Later", "FREQUENCY_LIMITED", True)),
            (PaymentRefused("No", "SIGN_ERROR", True), PaymentRefused("No", "SIGN_ERROR", True)),
        ):
            states.update(POST=post, GET=get)
            with self.assertRaises(PaymentUnavailable):
                refund._wechatpay_refund_step()
        states.update(POST=PaymentRefused("No", "INVALID_REQUEST", True), GET=self.refund_word(refund, "PROCESSING"))
        refund._wechatpay_refund_step()()
        self.assertEqual((refund.state, self.tx.wechatpay_refunded), ("pending", 30))
        states["GET"] = unknown
        refund._wechatpay_refund_step()()
        self.assertEqual((refund.state, self.tx.wechatpay_refunded), ("error", 0))

    def test_a_refund_that_was_made_after_all(self):
        self.tx._wechatpay_take(self.word())
        refund, other = self.tx._refund(30), self.tx._refund(10)
        refund._wechatpay_refund_failed("Closed")
        self.assertEqual(self.tx.wechatpay_refunded, 10)
        for __ in range(2):
            refund._wechatpay_take(self.refund_word(refund))
            self.assertEqual((refund.state, self.tx.wechatpay_refunded), ("done", 40))
        # Of one that the bank would not take nothing was released.
        other._wechatpay_take(self.refund_word(other, "ABNORMAL"))
        self.assertEqual((other.state, self.tx.wechatpay_refunded), ("error", 40))
        other._wechatpay_take(self.refund_word(other))
        self.assertEqual((other.state, self.tx.wechatpay_refunded), ("done", 40))

    def test_bills_that_are_none(self):
        heading = "交易时间,商户订单号,微信订单号,交易状态,货币种类,应结订单金额"
        line = "`2026-05-01 07:30:00,`n1,`42,`SUCCESS,`CNY,`8.80"
        totals = "总交易单数,应结订单总金额"
        [parsed] = bill.parse(f"\ufeff{heading}\r\n{line}\r\n{totals}\r\n`1,`8.80\r\n".encode())
        self.assertEqual((parsed.kind, str(parsed.amount), parsed.out_trade_no), ("payment", "8.80", "n1"))
        self.assertEqual(str(parsed.occurred_at), "2026-04-30 23:30:00")
        for text in (
            "",
            "x",
            heading,
            f"{heading}\n{line}",
            f"{heading}\n{line}\n{totals}\n`2,`8.80",
            f"{heading}\n{line.replace('8.80', 'x')}\n{totals}\n`1,`8.80",
            f"{heading}\n{line.replace('SUCCESS', 'MAYBE')}\n{totals}\n`1,`8.80",
            f"{heading}\n{line.replace('2026-05', '05')}\n{totals}\n`1,`8.80",
        ):
            with self.subTest(text=text), self.assertRaises(bill.BillError):
                bill.parse(text.encode())

    def test_bills_are_the_companys(self):
        record = self.env["giftcard.wechatpay.bill"].create({"provider_id": self.provider.id, "date": "2026-05-01"})
        self.tx._wechatpay_take(self.word())
        record._reconcile()
        [difference] = record.difference_ids
        self.assertEqual((difference.kind, difference.number), ("missing", self.tx.reference))
        group = "base.group_user,giftcard_points."
        auditor = new_test_user(self.env, "wxpay_auditor", f"{group}group_auditor")
        manager = new_test_user(self.env, "wxpay_manager", f"{group}group_manager")
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env, "wxpay_other", f"{group}group_manager", company_id=other.id, company_ids=[(6, 0, other.ids)]
        )
        clerk = new_test_user(self.env, "wxpay_clerk", "base.group_user")
        for model in (record, difference):
            self.assertTrue(model.with_user(auditor).read(["display_name"]))
            self.assertFalse(model.with_user(stranger).search([]))
            for user in (stranger, clerk):
                with self.assertRaises(AccessError):
                    model.with_user(user).read(["display_name"])
        with self.assertRaises(AccessError):
            difference.with_user(auditor).action_resolve()
        with self.assertRaises(UserError):
            difference.with_user(manager).action_resolve()
        difference.with_user(manager).note = "Found the next day."
        difference.with_user(manager).action_resolve()
        self.assertEqual((record.state, difference.resolved_by), ("matched", manager))
        with self.assertRaises(UserError):
            difference.with_user(manager).note = "Never mind."
        record.with_user(manager).action_view_lines()

    def test_bills_are_not_written_by_hand(self):
        manager = new_test_user(self.env, "wxpay_manager", "base.group_user,giftcard_points.group_manager")
        bills = self.env["giftcard.wechatpay.bill"].with_user(manager)
        record = bills.create({"date": "2026-05-01"})
        self.tx._wechatpay_take(self.word())
        record.sudo().fetched_at = "2026-05-02 03:00:00"
        record.action_reconcile()
        [difference] = record.difference_ids
        self.assertEqual((record.state, difference.kind), ("differing", "missing"))
        for values in ({"state": "matched"}, {"date": "2026-05-02"}, {"digest": "x"}, {"message": False}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                record.write(values)
        with self.assertRaises(AccessError):
            bills.create({"date": "2026-05-02", "state": "matched"})
        with self.assertRaises(AccessError):
            bills.with_context(default_state="matched").create({"date": "2026-05-02"})
        for values in ({"resolved": True}, {"amount": 0}, {"bill_id": record.id}, {"resolved_by": self.env.uid}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                difference.write(values)
            with self.subTest(values=values), self.assertRaises(AccessError):
                record.write({"difference_ids": [(1, difference.id, values)]})
        record.write({"difference_ids": [(1, difference.id, {"note": "Looked up."})]})
        self.assertEqual((difference.note, difference.resolved), ("Looked up.", False))
        difference.action_ask()

    def test_values_of_the_form(self):
        """Managers open bills without a right to the provider behind them."""
        manager = new_test_user(self.env, "wxpay_manager", "base.group_user,giftcard_points.group_manager")
        bills = self.env["giftcard.wechatpay.bill"].with_user(manager)
        record = bills.create({"date": "2026-05-01"})
        self.assertEqual(record.provider_id, self.provider)
        specification = {"provider_id": {"fields": {"display_name": {}}}, "payments": {}, "difference_ids": {}}
        self.assertEqual(record.web_read(specification)[0]["provider_id"]["display_name"], "WeChat Pay")


@tagged("post_install", "-at_install")
class TestWechatpayPages(WechatpayCase, HttpCase):
    def test_notification_over_http(self):
        path = f"/payment/wechatpay/notify/{self.provider.id}"
        headers, body = self.message(self.word())
        with mute_logger(CONTROLLER):
            response = self.url_open(path, data=body, headers={**headers, "Wechatpay-Nonce": "m"})
            self.assertEqual((response.status_code, response.json()["code"]), (401, "FAIL"))
            self.assertEqual(self.url_open(path, data=b"x" * 70000).status_code, 413)
        self.assertEqual(self.tx.state, "draft")
        response = self.url_open(path, data=body, headers=headers)
        self.assertEqual((response.status_code, response.content), (204, b""))
        self.assertNotIn("Set-Cookie", response.headers)
        self.tx.invalidate_recordset()
        self.assertEqual(self.tx.state, "done")

    def test_page_with_the_qr_code(self):
        monitored = "odoo.addons.payment.controllers.post_processing.PaymentPostProcessing._get_monitored_transaction"
        call = "odoo.addons.giftcard_wechat.models.payment.payment_provider.PaymentProvider._wechatpay_call"
        self.tx.landing_route = "/my"
        with patch(monitored, lambda page: self.tx), patch(call, return_value={"code_url": "weixin://wxpay/x"}):
            page = self.url_open("/payment/wechatpay/pay").text
            self.assertIn("data:image/png;base64,", page)
            self.assertIn('name="o_payment_status"', page)
            self.assertIn(self.tx.reference, page)
        with patch(monitored, lambda page: self.new_payment()), patch(call, side_effect=PaymentRefused("Not today")):
            self.assertIn("Not today", self.url_open("/payment/wechatpay/pay").text)
        with patch(monitored, lambda page: self.env["payment.transaction"]):
            response = self.url_open("/payment/wechatpay/pay", allow_redirects=False)
            self.assertEqual(response.headers["Location"].rsplit("/", 2)[1:], ["payment", "status"])

    def test_the_website_leads_to_the_page(self):
        values = self.new_payment(operation="online_redirect")._get_processing_values()
        self.assertIn('action="/payment/wechatpay/pay"', values["redirect_form_html"])
