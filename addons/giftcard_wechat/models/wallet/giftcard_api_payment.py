from odoo import fields, models

from ...api.problems import Problem
from ...exceptions import PaymentRefused
from ...schemas.payment import JsapiParameters, Payment, PaymentDocument

# Ways to pay, and the providers behind them.
PROVIDERS = {"wechat_jsapi": "wechatpay", "wechat_native": "wechatpay"}


class GiftcardApiPayment(models.AbstractModel):
    """The payment of a member's document by a provider.

    It is begun in the transaction of the document, which may hold value. The provider is asked by another call, when
    that is committed: a lost answer costs nothing, and starting again gives the same order.
    """

    _name = "giftcard.api.payment"
    _inherit = "giftcard.api.service"
    _description = "API: Payments"

    def _begin(self, member, document, amount, currency, method):
        """Begin a payment; nothing is asked outside.

        :param member: ``res.partner`` who pays
        :param document: record with ``_begin_payment``
        :param amount: in ``currency``, a ``res.currency``
        :param method: of :data:`~...schemas.payment.Method`
        :return: :class:`~...schemas.payment.Payment`
        :raise PaymentRefused: when it cannot be paid so
        """
        if method == "wechat_jsapi":
            self._payer()
        provider = self._provider(method, currency)
        # The payment is the member's; the merchant's keys are beside it.
        tx = document.sudo()._begin_payment(provider, member, amount, currency, giftcard_method=method)
        tx._expire_with(document.sudo())
        return self._schema(tx)

    def _pay_redemption(self, redemption_id, method):
        """:return: :class:`~...schemas.payment.Payment`
        :raise IllegalTransition: when there is nothing to pay, any more
        """
        redemption = self._own("giftcard.redemption", redemption_id)
        # Of two that come at once, the second finds the payment of the first.
        redemption.sudo()._lock()
        begun = self.env["payment.transaction"].search(
            [
                ("giftcard_redemption_id", "=", redemption.id),
                ("giftcard_method", "=", method),
                ("state", "in", ("draft", "pending")),
                ("wechatpay_given_up", "=", False),
                ("wechatpay_expires_at", ">", fields.Datetime.now()),
            ],
            limit=1,
        )
        if begun and redemption.state == "awaiting_payment":
            return self._schema(begun)
        return self._begin(self._member(), redemption, redemption.cash_total, redemption.currency_id, method)

    def _get(self, payment_id):
        return self._schema(self._payment(payment_id))

    def _start(self, payment_id):
        """Ask the provider to take the payment. Asking again gives the same order.

        :return: :class:`~...schemas.payment.Payment` with what the client needs to pay
        :raise PaymentRefused: or ``PaymentUnavailable``
        """
        tx = self._payment(payment_id).sudo()
        # Of two that start it at once, the second gets the order of the first.
        tx._wechatpay_lock()
        if tx.giftcard_method == "wechat_native":
            return self._schema(tx, code_url=tx._wechatpay_code_url())
        openid, appid = self._payer()
        return self._schema(tx, jsapi=JsapiParameters(**tx._wechatpay_pay_parameters(openid, appid)))

    def _check(self, payment_id):
        """Ask the provider now, as no notification may have come."""
        tx = self._payment(payment_id).sudo()
        self.env["giftcard.api.rate"]._take("payment_check", tx.id)
        if tx.state == "pending" and tx.wechatpay_sent_at:
            tx._wechatpay_ask()
        return self._schema(tx)

    def _cancel(self, payment_id):
        """Let nobody pay any more; what was paid meanwhile counts."""
        tx = self._payment(payment_id).sudo()
        tx._wechatpay_lock()
        if tx.state == "done":
            raise PaymentRefused(self.env._("%s is paid.", tx.reference))
        tx._wechatpay_cancel()
        return self._schema(tx)

    def _of(self, document_transactions):
        """:return: :class:`~...schemas.payment.Payment` of a document's transactions: the one that counts"""
        payments = document_transactions.filtered(lambda tx: tx.operation != "refund").sorted("id")
        tx = payments.filtered(lambda tx: tx.state == "done")[:1] or payments[-1:]
        return self._schema(tx) if tx else None

    def _schema(self, tx, **started):
        return Payment.from_record(tx, self._document(tx.sudo()), **started)

    def _document(self, tx):
        """:return: :class:`~...schemas.payment.PaymentDocument`"""
        if order := tx.sale_order_ids[:1]:
            return PaymentDocument(kind=order.giftcard_purchase, id=order.id, number=order.name)
        if payment := tx.giftcard_store_payment_id:
            return PaymentDocument(kind="store_payment", id=payment.id, number=payment.name)
        redemption = tx.giftcard_redemption_id
        return PaymentDocument(kind="redemption", id=redemption.id, number=redemption.name)

    def _payment(self, payment_id):
        tx = self._own("payment.transaction", payment_id)
        if not tx.giftcard_method:
            raise Problem("not_found")
        return tx

    def _provider(self, method, currency):
        # Which providers there are is no secret; their keys are the administrator's.
        provider = (
            self.env["payment.provider"]
            .sudo()
            .search(
                [
                    ("code", "=", PROVIDERS[method]),
                    ("company_id", "=", self.env.company.id),
                    ("state", "in", ("enabled", "test")),
                ],
                order="state, sequence, id",
                limit=1,
            )
        )
        if not provider or currency not in provider._get_supported_currencies():
            raise Problem("payment_method_not_available")
        return provider

    def _payer(self):
        """:return: (openid, appid) of the app in which the member is logged in
        :raise Problem: when the session is of another kind
        """
        # Who the session belongs to is known here; members do not read identities.
        identity = self.env["giftcard.api.token"].sudo().browse(self.env.context["giftcard_token_id"]).identity_id
        if not identity.openid or not identity.app_id.appid:
            raise Problem("payment_method_not_available")
        return identity.openid, identity.app_id.appid
