"""Refusals of the ledger.

Each is a ``UserError``, so the back office and the till show its text; ``code`` is stable and meant for machines (the
JSON API turns it into a problem type). A refusal leaves its transaction to be rolled back: catch it only around a
savepoint.
"""

from odoo.exceptions import UserError


class LedgerError(UserError):
    """Base of all refusals of the ledger."""

    code = "ledger_error"
    # The web client knows how to show Odoo's own exceptions; any other class is to it a crash of the server.
    context = {"exception_class": "odoo.exceptions.UserError"}


class InvalidAmount(LedgerError):
    """The amount is zero, negative, not finite or finer than the card's unit."""

    code = "invalid_amount"


class InsufficientBalance(LedgerError):
    """The card has less to spend than the amount asked for."""

    code = "insufficient_balance"

    def __init__(self, message, available=0.0):
        super().__init__(message)
        self.available = available


class CardNotUsable(LedgerError):
    """The card is frozen, closed or past its expiration date."""

    code = "card_not_usable"


class IdempotencyConflict(LedgerError):
    """The key was used before, for another request."""

    code = "idempotency_conflict"


class AlreadyResolved(LedgerError):
    """The hold was captured or released, or the operation reversed or refunded, before."""

    code = "already_resolved"


class CodeNotAccepted(LedgerError):
    """The code is wrong, unknown, blocked, used up, expired, or good at another store: which of these is not told."""

    code = "code_not_accepted"


class TooManyAttempts(LedgerError):
    """Whoever tries codes has to wait: ``retry_after`` seconds."""

    code = "too_many_attempts"

    def __init__(self, message, retry_after=0):
        super().__init__(message)
        self.retry_after = retry_after


class CardFrozen(CardNotUsable):
    """The card is blocked."""

    code = "card_frozen"


class NoMember(LedgerError):
    """The person is no member."""

    code = "member_not_active"


class MemberFrozen(NoMember):
    """The membership is blocked."""

    code = "member_frozen"


class MemberClosed(NoMember):
    """The membership has ended."""

    code = "member_closed"


class GiftNotFound(LedgerError):
    """There is no gift of this token, or it is another member's."""

    code = "gift_not_found"


class GiftToSelf(LedgerError):
    """The giver claims the gift; it can be recalled instead."""

    code = "gift_to_self"


class GiftClaimed(AlreadyResolved):
    """Somebody has claimed the gift before."""

    code = "gift_claimed"


class GiftRecalled(AlreadyResolved):
    """The giver has taken the gift back."""

    code = "gift_recalled"


class GiftExpired(AlreadyResolved):
    """The time to claim the gift is over; its value went back to the giver, or has expired."""

    code = "gift_expired"


class PayoutNotAllowed(LedgerError):
    """The program pays nothing out."""

    code = "payout_not_allowed"


class RefundPeriodOver(LedgerError):
    """The program's time for refunds is over, or it gives none."""

    code = "refund_period_over"


class SecondPersonRequired(LedgerError):
    """Somebody else has to decide than who asked."""

    code = "second_person_required"


class LimitExceeded(LedgerError):
    """The program's limit on a card's balance, a load or a day's use does not allow it: ``available`` would be."""

    code = "limit_exceeded"

    def __init__(self, message, available=0.0):
        super().__init__(message)
        self.available = available


class RealNameRequired(LedgerError):
    """For so much money the buyer needs a verified name."""

    code = "real_name_required"


class AmountNotOffered(LedgerError):
    """Cards of this theme are not sold for the amount."""

    code = "amount_not_offered"
