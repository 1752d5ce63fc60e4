from odoo import http

from ..api.endpoint import endpoint
from ..schemas.payment_code import PaymentCode, PaymentCodeState


class PaymentCodeController(http.Controller):
    @endpoint(
        "POST",
        "/payment-codes",
        summary="Get a payment code",
        tag="payment",
        answer=PaymentCode,
        # The answer would be kept with the key; each call gives another code.
        keyed=False,
        problems=["too_many_attempts"],
    )
    def issue(self):
        """A code that a store scans to be paid by the member's cards: good for a minute and for one payment."""
        return self.env["giftcard.api.payment.code"]._issue()

    @endpoint("GET", "/payment-codes/last", summary="See the last payment code", tag="payment", answer=PaymentCodeState)
    def last(self):
        """Whether the code that was shown last has been scanned or has paid; to be polled while it is shown."""
        return self.env["giftcard.api.payment.code"]._last()
