from odoo import models

from ...schemas.store_payment import StoreDemand, StorePayment


class GiftcardApiStorePayment(models.AbstractModel):
    _name = "giftcard.api.store.payment"
    _inherit = "giftcard.api.service"
    _description = "API: Payments in Stores"

    def _pay(self, asked):
        """:param asked: :class:`~...schemas.store_payment.StorePaymentRequest`

        :return: :class:`~...schemas.store_payment.StorePayment`
        :raise LedgerError: or ``PaymentRefused``; nothing has happened then
        """
        member = self._member()
        # Members pay by these methods alone, from cards that are theirs.
        payments = self.env["giftcard.store.payment"].sudo()
        cards = self.env["loyalty.card"].concat(*(self._own("loyalty.card", card_id) for card_id in asked.card_ids))
        if asked.request:
            payment = payments._pay_request(member, asked.request, cards.sudo(), bool(asked.method))
        else:
            store = self._own("giftcard.store", asked.store_id).sudo()
            payment = payments._pay_store(member, store, asked.amount, cards.sudo(), bool(asked.method))
        if payment.state == "pending":
            self.env["giftcard.api.payment"]._begin(member, payment, payment._rest(), payment.currency_id, asked.method)
        return self._schema(payment)

    def _look(self, asked):
        """:return: :class:`~...schemas.store_payment.StoreDemand`, for whoever has scanned it
        :raise RequestNotOpen:
        """
        return StoreDemand.from_record(self.env["giftcard.store.payment"]._requested(asked.request))

    def _list(self, query):
        """:return: page of :class:`~...schemas.store_payment.StorePayment`, the latest first"""
        domain = [("member_id", "=", self._member().id)]
        return self._page(StorePayment, "giftcard.store.payment", domain, query, [("id", "desc")], convert=self._schema)

    def _get(self, payment_id):
        return self._schema(self._own("giftcard.store.payment", payment_id))

    def _schema(self, payment):
        transaction = payment.sudo().transaction_id
        return StorePayment.from_record(
            payment, self.env["giftcard.api.payment"]._schema(transaction) if transaction else None
        )
