from odoo import http

from ..api.endpoint import endpoint
from ..schemas.common import Page, PageQuery
from ..schemas.store_payment import StoreDemand, StoreDemandRequest, StorePayment, StorePaymentRequest


class StorePaymentController(http.Controller):
    @endpoint(
        "POST",
        "/store-payments",
        summary="Pay a store",
        tag="payment",
        body=StorePaymentRequest,
        answer=StorePayment,
        status=201,
        problems=[
            "card_frozen",
            "card_not_usable",
            "insufficient_balance",
            "invalid_amount",
            "limit_exceeded",
            "not_found",
            "payment_method_not_available",
            "request_not_open",
        ],
    )
    def pay(self, body):
        """Pay what a store's QR code or a clerk asks for: by cards, by a provider, or the rest by a provider.

        Paid at once where the cards are enough. Otherwise start `payment`: cards and provider pay together, or neither.
        """
        return self.env["giftcard.api.store.payment"]._pay(body)

    @endpoint(
        "POST",
        "/store-payments/open",
        summary="Look at what a clerk asks for",
        tag="payment",
        body=StoreDemandRequest,
        answer=StoreDemand,
        # It changes nothing; the token is in the body as addresses are logged.
        keyed=False,
        problems=["request_not_open"],
    )
    def look(self, body):
        """Store and amount of a scanned QR code, before it is paid."""
        return self.env["giftcard.api.store.payment"]._look(body)

    @endpoint(
        "GET",
        "/store-payments",
        summary="List payments in stores",
        tag="payment",
        query=PageQuery,
        answer=Page[StorePayment],
    )
    def payments(self, query):
        """What the member paid in stores, in whichever way, with what came back; the latest first."""
        return self.env["giftcard.api.store.payment"]._list(query)

    @endpoint(
        "GET",
        "/store-payments/{payment_id}",
        summary="Read a payment in a store",
        tag="payment",
        answer=StorePayment,
        problems=["not_found"],
    )
    def payment(self, payment_id):
        """One payment; to be polled until it is `paid` or `cancelled`."""
        return self.env["giftcard.api.store.payment"]._get(payment_id)
