"""Why something with WeChat Pay does not go on. Codes are those of the API's problems."""

from odoo.exceptions import ValidationError


class PaymentRefused(ValidationError):
    """WeChat Pay, or what we know of a payment, refuses a request.

    :param wechat_code: WeChat Pay's own code, e.g. ``ORDERPAID``; empty for a refusal of our own
    :param signed: whether the refusal was signed by WeChat Pay
    """

    code = "payment_refused"

    def __init__(self, message, wechat_code="", signed=False):
        super().__init__(message)
        self.wechat_code = wechat_code
        self.signed = signed


class PaymentUnavailable(PaymentRefused):
    """No answer, or none that can be trusted: whether the request took effect is unknown."""

    code = "payment_unavailable"


class CallsPaused(PaymentUnavailable):
    """The outside service failed several times in a row; nothing was sent."""


class TooManyFavourites(ValidationError):
    """A member keeps as many favourites as one may."""

    code = "too_many_favourites"
