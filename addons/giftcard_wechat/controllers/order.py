from odoo import http

from ..api.endpoint import endpoint
from ..schemas.quote import ListItemRequest, Quote, QuoteRequest, RedemptionList
from ..schemas.redemption import Destination, Redemption

#: Why an order is refused.
ORDER_PROBLEMS = (
    "address_not_available",
    "card_not_usable",
    "carrier_not_available",
    "daily_quota_reached",
    "insufficient_balance",
    "invalid_quantity",
    "limit_reached",
    "member_limit_reached",
    "member_not_active",
    "not_found",
    "not_open_yet",
    "offer_ended",
    "out_of_stock",
    "reward_not_available",
    "reward_not_in_store",
    "store_not_available",
    "store_paused",
    "tier_required",
)


class OrderController(http.Controller):
    @endpoint(
        "POST",
        "/quotes",
        summary="Ask what it costs",
        tag="redemption",
        body=QuoteRequest,
        answer=Quote,
        # It changes nothing.
        keyed=False,
        problems=[
            "address_not_available",
            "carrier_not_available",
            "invalid_quantity",
            "not_found",
            "reward_not_available",
            "store_not_available",
        ],
    )
    def quote(self, body):
        """Points, money, shipping and what would stand in the way of an order, or of the redemption list, right now."""
        return self.env["giftcard.api.order"]._quote(body)

    @endpoint("GET", "/redemption-list", summary="Read the redemption list", tag="redemption", answer=RedemptionList)
    def redemption_list(self):
        """What the member has chosen and not submitted."""
        return self.env["giftcard.api.order"]._show_list()

    @endpoint(
        "PUT",
        "/redemption-list/items/{reward_id}",
        summary="Put a reward on the list",
        tag="redemption",
        body=ListItemRequest,
        answer=RedemptionList,
        keyed=True,
        problems=["illegal_transition", "list_full", "not_found", "reward_not_available"],
    )
    def set_item(self, reward_id, body):
        """So many pieces of a reward or specification, in the place of those there."""
        return self.env["giftcard.api.order"]._set_item(reward_id, body)

    @endpoint(
        "DELETE",
        "/redemption-list/items/{reward_id}",
        summary="Take a reward off the list",
        tag="redemption",
        answer=RedemptionList,
        keyed=True,
        problems=["illegal_transition"],
    )
    def drop_item(self, reward_id):
        """Nothing of a reward any more; also when there was nothing."""
        return self.env["giftcard.api.order"]._drop_item(reward_id)

    @endpoint("DELETE", "/redemption-list", summary="Clear the list", tag="redemption", status=204, keyed=True)
    def clear(self):
        """Take everything off the redemption list."""
        self.env["giftcard.api.order"]._clear_list()

    @endpoint(
        "POST",
        "/redemption-list/submit",
        summary="Redeem the list",
        tag="redemption",
        body=Destination,
        answer=Redemption,
        status=201,
        problems=[*ORDER_PROBLEMS, "illegal_transition"],
    )
    def submit(self, body):
        """Order what is on the list, which is empty afterwards. Stock, limits and prices are checked again."""
        return self.env["giftcard.api.order"]._submit_list(body, self.env.context["giftcard_idempotency_key"])
