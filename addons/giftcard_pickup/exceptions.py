"""Refusals of the points mall; like those of the ledger they are for people to read, and ``code`` is for machines.

A refused call has to be rolled back: catch them only around a savepoint.
"""

from odoo.addons.giftcard_points.exceptions import LedgerError


class RedemptionError(LedgerError):
    """Base of all refusals of the points mall."""

    code = "redemption_error"


class InvalidQuantity(RedemptionError):
    """Nothing is asked for, or a quantity is not a positive whole number."""

    code = "invalid_quantity"


class MemberNotActive(RedemptionError):
    """The person is no member, or the membership is frozen or closed."""

    code = "member_not_active"


class StoreNotAvailable(RedemptionError):
    """The store is closed or hands out no goods."""

    code = "store_not_available"


class StorePaused(StoreNotAvailable):
    """The store takes no new orders for a time."""

    code = "store_paused"


class AddressNotAvailable(RedemptionError):
    """The address is not the member's own, or not in use any more."""

    code = "address_not_available"


class CarrierNotAvailable(RedemptionError):
    """The carrier does not take these goods, or does not go there."""

    code = "carrier_not_available"


class RewardNotAvailable(RedemptionError):
    """The reward is not published, has changed meanwhile, or cannot be redeemed together with the others."""

    code = "reward_not_available"


class OutOfStock(RedemptionError):
    """The store has fewer free pieces than asked for: ``available``."""

    code = "out_of_stock"

    def __init__(self, message, available=0):
        super().__init__(message)
        self.available = available


class LimitReached(RedemptionError):
    """The quota of the reward is used up; ``available`` is what is left of it."""

    code = "limit_reached"

    def __init__(self, message, available=0):
        super().__init__(message)
        self.available = available


class DailyQuotaReached(LimitReached):
    """The reward's quota of the day is used up; ``available`` is what is left of it."""

    code = "daily_quota_reached"


class MemberLimitReached(LimitReached):
    """The member has had what one member may have in the period; ``available`` is what is left."""

    code = "member_limit_reached"


class NotOpenYet(RewardNotAvailable):
    """The reward opens later for the member's tier."""

    code = "not_open_yet"


class OfferEnded(RewardNotAvailable):
    """The time in which the reward could be redeemed is over."""

    code = "offer_ended"


class TierRequired(RewardNotAvailable):
    """The reward is for members of other tiers."""

    code = "tier_required"


class RewardNotInStore(RewardNotAvailable):
    """The reward is handed out in other stores only."""

    code = "reward_not_in_store"


class IllegalTransition(RedemptionError):
    """The redemption is not, or no longer, in a state from which this is possible."""

    code = "illegal_transition"


class NotReturnable(RedemptionError):
    """Something was handed over that cannot be taken back: a code that was seen, a file that was downloaded."""

    code = "not_returnable"


class LinkNotValid(RedemptionError):
    """The link to a file is wrong, out of date, or used up."""

    code = "link_not_valid"


class ClaimExceeded(RedemptionError):
    """A goods card has fewer left of the goods that were chosen: ``available``."""

    code = "claim_exceeded"

    def __init__(self, message, available=0):
        super().__init__(message)
        self.available = available


class InvalidValidity(RedemptionError):
    """An extension that does not extend."""

    code = "invalid_validity"


class ExtensionNotAllowed(RedemptionError):
    """The store gives a member no more time to pick up."""

    code = "extension_not_allowed"


class InvalidProxy(RedemptionError):
    """A person who is to pick up has no name, or no last four digits of a phone."""

    code = "invalid_proxy"


class NotLeftToHandOver(RedemptionError):
    """More is asked for than is left of a line, or something that is not on the order."""

    code = "not_left_to_hand_over"


class LotRequired(RedemptionError):
    """Tracked goods are handed over without their lot or serial numbers, or with the wrong number of them."""

    code = "lot_required"


class LotNotAvailable(RedemptionError):
    """There is no such lot or serial number of the product in the store."""

    code = "lot_not_available"
