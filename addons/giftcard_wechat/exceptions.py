"""Why something with WeChat or WeChat Pay does not go on. Codes are those of the API's problems."""

from odoo.exceptions import UserError, ValidationError

from odoo.addons.giftcard_points.exceptions import LedgerError


class Unavailable(Exception):
    """An outside service gives no answer, or none that can be trusted: what the circuit breaker counts."""


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


class PaymentUnavailable(PaymentRefused, Unavailable):
    """No answer, or none that can be trusted: whether the request took effect is unknown."""

    code = "payment_unavailable"


class CallsPaused(PaymentUnavailable):
    """The outside service failed several times in a row; nothing was sent."""


class SmsRefused(UserError):
    """The gateway does not send the message, and says why."""

    code = "sms_refused"


class SmsUnavailable(SmsRefused, Unavailable):
    """The gateway does not answer: the message may have been sent or not."""

    code = "sms_unavailable"


class WeakPassword(UserError):
    """The password is too short or too simple."""

    code = "weak_password"


class IdentityTaken(UserError):
    """The identity belongs to another member."""

    code = "identity_taken"


class LastIdentity(UserError):
    """Without this identity the member could not log in any more."""

    code = "last_identity"


class BirthdaySet(UserError):
    """A birthday is told once; after that the shop changes it."""

    code = "birthday_set"


class PictureRefused(UserError):
    """No picture, or one that is too large."""

    code = "picture_refused"


class TooManyAddresses(UserError):
    """The address book is full."""

    code = "too_many_addresses"


class ValueLeft(UserError):
    """There is value that would be lost with the membership.

    :param available: how much
    """

    code = "value_left"

    def __init__(self, message, available=None):
        super().__init__(message)
        self.available = available


class ClosureNotWaiting(UserError):
    """There is no closure that could be called off, or there is one already."""

    code = "closure_not_possible"


class WechatRefused(UserError):
    """WeChat says no.

    :param errcode: WeChat's own code; None for a refusal of our own
    """

    code = "wechat_refused"

    def __init__(self, message, errcode=None):
        super().__init__(message)
        self.errcode = errcode


class WechatUnavailable(WechatRefused, Unavailable):
    """WeChat gives no answer: whether the request took effect is unknown."""

    code = "wechat_unavailable"


class QqRefused(UserError):
    """QQ says no.

    :param errcode: QQ's own code; None for a refusal of our own
    """

    code = "qq_refused"

    def __init__(self, message, errcode=None):
        super().__init__(message)
        self.errcode = errcode


class QqUnavailable(QqRefused, Unavailable):
    """QQ gives no answer."""

    code = "qq_unavailable"


class TextRefused(UserError):
    """What somebody wrote must not be shown to others."""

    code = "text_refused"


class SceneNotValid(UserError):
    """A code or link leads nowhere (any more)."""

    code = "link_not_valid"


class RequestNotOpen(LedgerError):
    """What a clerk asked for is paid, being paid, or no longer to be paid."""

    code = "request_not_open"


class TooManyFavourites(ValidationError):
    """A member keeps as many favourites as one may."""

    code = "too_many_favourites"
