from unittest.mock import patch

from odoo.fields import Command

from .common_order import OrderCase


class CashCase(OrderCase):
    """A payment provider that can refund, and stored value of Alice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        Method = type(cls.env["account.payment.method"])
        information = Method._get_payment_method_information

        def with_none(method):
            return {**information(method), "none": {"mode": "electronic", "type": ("bank",)}}

        patcher = patch.object(Method, "_get_payment_method_information", with_none)
        patcher.start()
        cls.addClassCleanup(patcher.stop)
        cls.env["account.payment.method"].create({"name": "Pay", "code": "none", "payment_type": "inbound"})
        cls.pay_method = cls.env.ref("payment.payment_method_unknown")
        cls.provider = cls.env["payment.provider"].create(
            {
                "name": "Pay",
                "code": "none",
                "state": "test",
                "payment_method_ids": [Command.set(cls.pay_method.ids)],
            }
        )
        cls.pay_method.active = True
        cls.provider.journal_id = journal
        Provider = type(cls.provider)

        def support(provider):
            provider.update(
                {
                    "support_express_checkout": False,
                    "support_manual_capture": False,
                    "support_tokenization": False,
                    "support_refund": "partial",
                }
            )

        patcher = patch.object(Provider, "_compute_feature_support_fields", support)
        patcher.start()
        cls.addClassCleanup(patcher.stop)
        cls.provider.invalidate_recordset()
        cls.wallet_program = cls._make_program("ewallet", "Wallet")
        cls.wallet = cls.alice._member_card(cls.wallet_program)
        cls.grant(cls, cls.wallet, 50)

    def pay(self, redemption, done=True):
        """:return: a transaction of the redemption's cash, paid"""
        transaction = redemption._create_transaction(self.provider, self.pay_method)
        if done:
            transaction._set_done()
        return transaction

    def process(self, transaction):
        transaction._post_process()
        return transaction

    def run_cron(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f"giftcard_pickup.{name}").method_direct_trigger()
        self.env.invalidate_all()
