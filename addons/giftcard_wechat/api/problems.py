"""The one list of errors of the API: RFC 9457 problem details with stable codes."""

from typing import NamedTuple

import psycopg2
from psycopg2.pool import PoolError
from werkzeug.exceptions import HTTPException

from odoo.exceptions import AccessDenied, AccessError, MissingError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools.translate import LazyGettext, LazyTranslate

_lt = LazyTranslate(__name__)

MEDIA_TYPE = "application/problem+json"


class ProblemType(NamedTuple):
    """What a code means. Codes are never renamed; the title is for people and follows ``Accept-Language``."""

    code: str
    status: int
    title: LazyGettext


PROBLEM_TYPES = {}


def register(code, status, title):
    """Add a code to the list; addons that raise refusals of their own register them when they are imported.

    :param code: stable, snake case
    :param status: HTTP status
    :param title: lazy translation
    """
    PROBLEM_TYPES[code] = ProblemType(code, status, title)


register("invalid_json", 400, _lt("The body is not JSON."))
register("unauthenticated", 401, _lt("Log in first."))
register("token_expired", 401, _lt("The session has ended; log in again."))
register("invalid_refresh_token", 401, _lt("The session cannot be refreshed; log in again."))
register("invalid_login_code", 401, _lt("The login code is wrong, used or out of date."))
register("invalid_pairing_code", 401, _lt("The pairing code is wrong, used or out of date."))
register("login_refused", 403, _lt("The identity provider refuses this user."))
register("member_frozen", 403, _lt("The membership is frozen."))
register("member_closed", 403, _lt("The membership is closed."))
register("one_time_code_wrong", 403, _lt("The code is wrong, used or out of date."))
register("invalid_credentials", 401, _lt("The phone number or the password is wrong."))
register("member_not_active", 403, _lt("The membership is not active."))
register("not_found", 404, _lt("There is nothing here."))
register("method_not_allowed", 405, _lt("The method is not allowed here."))
register("qq_refused", 409, _lt("QQ refuses this."))
register("sms_refused", 409, _lt("No message can be sent to this number."))
register("identity_taken", 409, _lt("This account belongs to another member."))
register("last_identity", 409, _lt("Without this you could not log in any more."))
register("birthday_set", 409, _lt("The birthday has been told already."))
register("too_many_addresses", 409, _lt("The address book is full."))
register("document_outdated", 409, _lt("There is a newer version of this document."))
register("consent_required", 409, _lt("Membership depends on this consent."))
register("value_left", 409, _lt("There is value that would be lost."))
register("closure_not_possible", 409, _lt("There is nothing to call off, or it has been asked for already."))
register("refused", 409, _lt("The request was refused."))
register("insufficient_balance", 409, _lt("The balance is too low."))
register("card_not_usable", 409, _lt("The card cannot be used."))
register("card_frozen", 409, _lt("The card is blocked."))
register("gift_not_found", 404, _lt("There is no such gift."))
register("gift_to_self", 409, _lt("This is your own gift."))
register("gift_claimed", 409, _lt("The gift has been claimed already."))
register("gift_recalled", 409, _lt("The gift has been taken back."))
register("gift_expired", 409, _lt("The time to claim the gift is over."))
register("payout_not_allowed", 409, _lt("Nothing is paid out."))
register("refund_period_over", 409, _lt("The time for a refund is over."))
register("second_person_required", 403, _lt("Somebody else has to decide."))
register("limit_exceeded", 409, _lt("The card's limit does not allow it."))
register("real_name_required", 403, _lt("A verified name is needed."))
register("amount_not_offered", 422, _lt("Cards are not sold for this amount."))
register("code_not_accepted", 409, _lt("The request was refused."))
register("already_resolved", 409, _lt("This has been decided already."))
register("ledger_error", 409, _lt("The ledger refused the operation."))
register("redemption_error", 409, _lt("The redemption was refused."))
register("store_not_available", 409, _lt("The store hands out nothing at present."))
register("store_paused", 409, _lt("The store takes no orders at present."))
register("address_not_available", 409, _lt("Nothing can be sent to this address."))
register("carrier_not_available", 409, _lt("This carrier does not deliver it."))
register("reward_not_available", 409, _lt("The reward is not offered."))
register("out_of_stock", 409, _lt("There is not enough left."))
register("limit_reached", 409, _lt("The reward is redeemed out."))
register("daily_quota_reached", 409, _lt("The reward is redeemed out for today."))
register("member_limit_reached", 409, _lt("The limit per member is reached."))
register("not_open_yet", 409, _lt("The reward cannot be redeemed yet."))
register("offer_ended", 409, _lt("The time to redeem the reward is over."))
register("tier_required", 403, _lt("The reward is for members of other tiers."))
register("reward_not_in_store", 409, _lt("The reward is handed out in other stores."))
register("illegal_transition", 409, _lt("This is not possible any more."))
register("claim_exceeded", 409, _lt("There are fewer left on the card."))
register("not_returnable", 409, _lt("This cannot be taken back."))
register("link_not_valid", 410, _lt("The link is not valid any more."))
register("payment_refused", 409, _lt("The payment was refused."))
register("payment_unavailable", 503, _lt("The payment service does not answer; try again."))
register("request_not_open", 409, _lt("This is not to be paid any more."))
register("payment_method_not_available", 409, _lt("This way to pay is not offered here."))
register("not_left_to_hand_over", 409, _lt("Less is left than was asked for."))
register("lot_not_available", 409, _lt("The store has no piece with this number."))
register("wechat_refused", 409, _lt("WeChat refuses this."))
register("wechat_unavailable", 503, _lt("WeChat does not answer; try again."))
register("too_many_favourites", 409, _lt("There are too many favourites."))
register("list_full", 409, _lt("The list is full."))
register("extension_not_allowed", 409, _lt("There is no more time to pick up."))
register("length_required", 411, _lt("The length of the body must be stated."))
register("body_too_large", 413, _lt("The body is too large."))
register("unsupported_media_type", 415, _lt("The body must be application/json."))
register("invalid_amount", 422, _lt("The amount is not valid."))
register("invalid_quantity", 422, _lt("The quantity is not valid."))
register("invalid_validity", 422, _lt("The time is not valid."))
register("invalid_proxy", 422, _lt("The name or phone is not valid."))
register("lot_required", 422, _lt("The numbers of the pieces are missing."))
register("weak_password", 422, _lt("The password is too simple."))
register("picture_refused", 422, _lt("This picture cannot be used."))
register("text_refused", 422, _lt("The text cannot be shown."))
register("validation_error", 422, _lt("The request is not valid."))
register("idempotency_conflict", 422, _lt("The idempotency key was used for another request."))
register("idempotency_key_required", 428, _lt("An Idempotency-Key is required."))
register("rate_limited", 429, _lt("Too many requests."))
register("too_many_attempts", 429, _lt("Too many requests."))
register("internal_error", 500, _lt("Something went wrong on our side."))
register("busy", 503, _lt("The server is busy; try again."))
register("qq_unavailable", 503, _lt("QQ does not answer; try again."))
register("sms_unavailable", 503, _lt("No message can be sent at present; try again."))
register("provider_unavailable", 503, _lt("The identity provider does not answer; try again."))

BY_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large", 415: "unsupported_media_type"}


class Problem(HTTPException):
    """An error answer.

    :param slug: code of :data:`PROBLEM_TYPES`
    :param detail: what is wrong this time, in the language of the client
    :param errors: list of ``{"pointer": JSON pointer or parameter name, "detail": text}``
    :param available: what there is, where that is the reason
    :param retry_after: seconds
    :param allow: methods allowed, for ``method_not_allowed``
    """

    def __init__(self, slug, detail=None, errors=None, available=None, retry_after=None, allow=None):
        super().__init__(detail)
        self.type = PROBLEM_TYPES[slug]
        self.code = self.type.status
        self.errors = errors
        # Whole points and pieces are integers, as everywhere in the API.
        self.available = int(available) if available is not None and available == int(available) else available
        self.extra_headers = {}
        if self.code == 401:
            self.extra_headers["WWW-Authenticate"] = "Bearer"
        if retry_after:
            self.extra_headers["Retry-After"] = str(retry_after)
        if allow:
            self.extra_headers["Allow"] = ", ".join(allow)

    def as_dict(self, lang, base):
        """:return: the problem document; ``type`` refers to the readable page under ``base``"""
        document = {
            "type": f"{base}/docs#{self.type.code}",
            "title": self.type.title._translate(lang),
            "status": self.code,
            "code": self.type.code,
        }
        if self.description:
            document["detail"] = self.description
        if self.available is not None:
            document["available"] = self.available
        if self.errors:
            document["errors"] = self.errors
        return document


def as_problem(exc):
    """:return: the :class:`Problem` that tells a client of ``exc``, and nothing about the server's inside"""
    match exc:
        case Problem():
            return exc
        case MissingError() | AccessError():
            # Whether a record of another member exists is nobody's business.
            return Problem("not_found")
        case AccessDenied():
            return Problem("unauthenticated")
        case UserError():
            code = getattr(exc, "code", "refused")
            return Problem(
                code if code in PROBLEM_TYPES else "refused", str(exc), available=getattr(exc, "available", None)
            )
        case HTTPException() if exc.code in BY_STATUS:
            return Problem(BY_STATUS[exc.code])
        case PoolError():
            return Problem("busy", retry_after=1)
        case psycopg2.Error() if isinstance(exc, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
            return Problem("busy", retry_after=1)
    return Problem("internal_error")
