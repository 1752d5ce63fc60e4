from contextlib import contextmanager
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from odoo import Command

from odoo.addons.giftcard_points.models.ledger.act import Act
from odoo.addons.payment.models.payment_provider import PaymentProvider

from .common import ApiCase

_KEY = generate_private_key(public_exponent=65537, key_size=2048)


class WalletCase(ApiCase):
    """The company sells in yuan, WeChat Pay is set up, and Alice has a wallet that she can top up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cny = cls.env.ref("base.CNY")
        cls.cny.active = True
        # Odoo lets a company that has booked keep its currency only; these programs and stores have booked nothing.
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE res_company SET currency_id = %s WHERE id = %s", (cls.cny.id, cls.env.company.id))
        cls.env.invalidate_all()
        cls.env.registry.clear_cache()
        for kind in ("payment_check", "phone"):
            cls.env["ir.config_parameter"].set_param(f"giftcard_wechat.rate_{kind}", "0")
        cls.env["loyalty.program"].search([("program_type", "=", "ewallet")]).active = False
        cls.wallet_program = cls._make_program("ewallet", "Stored value")
        cls.top_up_product = cls._make_service("Top-up")
        cls.wallet_program.rule_ids.write({"product_ids": [Command.set(cls.top_up_product.ids)]})
        cls.wallet_program.top_up_tier_ids = [Command.create({"paid": 500, "bonus": 50})]
        (cls.wallet_program | cls.gift_program).currency_id = cls.cny
        cls.wallet = cls.alice._member_card(cls.wallet_program)
        cls._set_up_provider()

    @classmethod
    def _make_service(cls, name):
        return cls.env["product.product"].create({"name": name, "type": "service", "taxes_id": [Command.clear()]})

    @classmethod
    def _set_up_provider(cls):
        private = _KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        public = _KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        cls.provider = cls.env.ref("giftcard_wechat.payment_provider_wechatpay")
        cls.provider.wechatpay_key_ids.unlink()
        cls.provider.write(
            {
                "wechatpay_mchid": "1900000001",
                "wechatpay_appid": "wx1",
                "wechatpay_serial_no": "0abc",
                "wechatpay_private_key": private,
                "wechatpay_apiv3_key": "k" * 32,
                "wechatpay_key_ids": [Command.create({"serial": "PUB_KEY_ID_1", "pem": public})],
            }
        )
        cls.provider.state = "test"

    def post(self, path, who=None, status=200, **body):
        response = self.api("POST", path, who or self.alice_token, **({"json": body} if body else {}))
        self.assertEqual(response.status_code, status, response.text)
        return response.json()

    @contextmanager
    def wechatpay(self, orders=None):
        """Let WeChat Pay take orders. :param orders: what it answers to queries, by number. :return: its calls"""
        calls = []

        def answer(provider, method, path, data=None, **kwargs):
            calls.append((method, path))
            if method == "GET":
                return orders[path.partition("/out-trade-no/")[2].partition("?")[0]]
            return {"prepay_id": "wx-1"} if path.endswith("/jsapi") else {"code_url": "weixin://wxpay/1"}

        with patch.object(PaymentProvider, "_send_api_request", answer):
            yield calls

    def tx(self, payment):
        return self.env["payment.transaction"].browse(payment["id"])

    def word(self, tx, state="SUCCESS"):
        """:return: what WeChat Pay says of a payment"""
        return {
            "mchid": "1900000001",
            "appid": tx.wechatpay_appid,
            "out_trade_no": tx.reference,
            "transaction_id": f"42{tx.id:08d}",
            "trade_state": state,
            "amount": {"total": round(tx.amount * 100), "currency": "CNY"},
        }

    def start(self, payment, who=None):
        with self.wechatpay():
            return self.post(f"/payments/{payment['id']}/start", who)

    def pay(self, payment, who=None):
        """The member pays, WeChat Pay tells of it, and the jobs run."""
        self.start(payment, who)
        tx = self.tx(payment)
        tx._wechatpay_take(self.word(tx))
        tx._post_process()
        self.env.invalidate_all()
        return tx

    def close(self, payment):
        """The provider closes the payment."""
        tx = self.tx(payment)
        tx._wechatpay_take(self.word(tx, "CLOSED"))
        tx._post_process()
        self.env.invalidate_all()

    def assertMoney(self, value, amount):
        self.assertEqual(value, {"amount": amount, "currency": "CNY"})


class StorePaymentCase(WalletCase):
    """Alice has 100 in her wallet and a gift card of 30."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ledger._grant(Act("load"), cls.wallet, 100)
        cls.money = cls.env["loyalty.card"].create(
            {"program_id": cls.gift_program.id, "partner_id": cls.alice.id, "points": 30}
        )
        cls.payments = cls.env["giftcard.store.payment"]
        cls.at_work = cls.payments.with_user(cls.clerk)

    def pay_store(self, amount="80.00", cards=None, who=None, key=None, **values):
        body = {"store_id": self.store.id, "amount": amount, **values}
        body["card_ids"] = (self.wallet | self.money).ids if cards is None else cards.ids
        return self.api("POST", "/store-payments", who or self.alice_token, key, json=body)

    def paid(self, *args, **kwargs):
        response = self.pay_store(*args, **kwargs)
        self.assertEqual(response.status_code, 201, response.text)
        return response.json()

    def record(self, payment):
        return self.payments.browse(payment["id"])

    def combined(self, amount="180", **values):
        return self.paid(amount, method="wechat_jsapi", **values)

    def close_due(self):
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=60):
            self.payments._close_due()
        self.env.invalidate_all()
