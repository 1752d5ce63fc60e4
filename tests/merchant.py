"""A merchant with WeChat Pay for whole-suite tests: its payments through the ORM, its notifications to a server."""

from contextlib import contextmanager
from datetime import timedelta

from suite import harness
from tests.fakes.wechatpay import FakeWechatPay
from tests.processes import Book

PROVIDER = "giftcard_wechat.payment_provider_wechatpay"
SUB_MCHID = "1900000109"


class Merchant:
    """
    :param book: database, as :class:`tests.processes.Book`
    :param pay: the loopback WeChat Pay that the provider is set up for
    """

    def __init__(self, book, pay):
        self.book = book
        self.pay = pay

    def payment(self, amount=88.0, order=None, **values):
        """:return: reference of a new payment, ordered in the mini program ("jsapi") or by QR code ("native")"""

        def create(env):
            partner = env["res.partner"].create({"name": "Customer"})
            tx = env["payment.transaction"].create(
                {
                    "provider_id": env.ref(PROVIDER).id,
                    "payment_method_id": env.ref("payment.payment_method_wechat_pay").id,
                    "amount": amount,
                    "currency_id": env.ref("base.CNY").id,
                    "partner_id": partner.id,
                    "operation": "online_direct",
                    **values,
                }
            )
            return tx.reference

        reference = self.book.write(create)
        if order:
            self.on(
                reference,
                lambda tx: tx._wechatpay_pay_parameters("oalice") if order == "jsapi" else tx._wechatpay_code_url(),
            )
        return reference

    def paid(self, amount=88.0):
        """:return: reference of a payment that is done"""
        reference = self.payment(amount, order="jsapi")
        self.pay.pay(reference)
        assert self.pay.deliver(self.pay.paid_message(reference)).status_code == 204
        assert self.state(reference) == "done"
        return reference

    def refund(self, reference, amount):
        """:return: reference of a refund that the cron is still to send"""
        return self.on(reference, lambda tx: tx._refund(amount).reference)

    def on(self, reference, function):
        """Commit ``function(transaction)``. :return: what it returns"""
        return self.book.write(lambda env: function(env["payment.transaction"].search([("reference", "=", reference)])))

    def read(self, reference, name):
        return self.on(reference, lambda tx: tx[name])

    def state(self, reference):
        return self.read(reference, "state")

    def later(self, reference, seconds):
        """Let so much time have gone by for a payment or refund, so that what was to be done then is due."""

        def age(tx):
            for name in ("wechatpay_sent_at", "wechatpay_expires_at", "wechatpay_due_at"):
                if tx[name]:
                    tx[name] -= timedelta(seconds=seconds)

        self.on(reference, age)

    def cron(self):
        self.book.write(lambda env: env["payment.transaction"]._cron_wechatpay_settle())

    def calls(self, part=""):
        """:return: requests that WeChat Pay got, whose path contains ``part``"""
        return [request for request in self.pay.requests if part in request[1]]


@contextmanager
def open_merchants(name):
    """A function that sets up the provider for a loopback WeChat Pay and returns its :class:`Merchant`."""
    with harness.fresh_database(name) as database, harness.server(database, workers=2) as server:
        book = Book(database)

        def merchant(pay):
            def set_up(env):
                env["ir.config_parameter"].set_param("web.base.url", server.url)
                env.ref("base.CNY").active = True
                env["payment.transaction"].search([]).wechatpay_due_at = False
                provider = env.ref(PROVIDER)
                provider.wechatpay_key_ids.unlink()
                provider.write(
                    {**pay.provider_values(), "state": "test", "wechatpay_sub_mchid": pay.partner and SUB_MCHID}
                )
                if pay.mode == "certificate":
                    provider._wechatpay_fetch_certificates()

            # In a transaction of its own: circuits are written in others.
            book.write(lambda env: env["giftcard.circuit"].search([]).unlink())
            book.write(set_up)
            return Merchant(book, pay)

        yield merchant


@contextmanager
def one_merchant(merchants, **kind):
    with FakeWechatPay(**kind) as pay:
        yield merchants(pay)
