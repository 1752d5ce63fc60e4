from odoo import http

from ..api.endpoint import endpoint
from ..schemas.payment import Payment, PaymentChoice

TAG = "payment"


class PaymentController(http.Controller):
    @endpoint(
        "GET", "/payments/{payment_id}", summary="Read a payment", tag=TAG, answer=Payment, problems=["not_found"]
    )
    def payment(self, payment_id):
        """State of a payment; to be polled until it is `paid`, `closed` or `failed`."""
        return self.env["giftcard.api.payment"]._get(payment_id)

    @endpoint(
        "POST",
        "/payments/{payment_id}/start",
        summary="Start a payment",
        tag=TAG,
        answer=Payment,
        # Asking again gives the same order, signed anew.
        keyed=False,
        problems=["not_found", "payment_method_not_available", "payment_refused", "payment_unavailable"],
    )
    def start(self, payment_id):
        """What the app needs to pay: parameters for `wx.requestPayment`, or the content of a QR code."""
        return self.env["giftcard.api.payment"]._start(payment_id)

    @endpoint(
        "POST",
        "/payments/{payment_id}/check",
        summary="Ask the provider",
        tag=TAG,
        answer=Payment,
        # It only makes known earlier what would be known anyway.
        keyed=False,
        problems=["not_found", "payment_refused", "payment_unavailable"],
    )
    def check(self, payment_id):
        """Ask the provider at once what became of a payment, when the member has paid and nothing was heard yet."""
        return self.env["giftcard.api.payment"]._check(payment_id)

    @endpoint(
        "POST",
        "/payments/{payment_id}/cancel",
        summary="Give a payment up",
        tag=TAG,
        answer=Payment,
        problems=["not_found", "payment_refused"],
    )
    def cancel(self, payment_id):
        """Let nobody pay any more. What was paid meanwhile counts; held value is free once the payment is closed."""
        return self.env["giftcard.api.payment"]._cancel(payment_id)

    @endpoint(
        "POST",
        "/redemptions/{redemption_id}/payment",
        summary="Pay the cash of a redemption",
        tag=TAG,
        body=PaymentChoice,
        answer=Payment,
        status=201,
        problems=["illegal_transition", "not_found", "payment_method_not_available"],
    )
    def pay_redemption(self, redemption_id, body):
        """Begin the payment of what a redemption costs in money, then start it. One that is open is taken again."""
        return self.env["giftcard.api.payment"]._pay_redemption(redemption_id, body.method)
