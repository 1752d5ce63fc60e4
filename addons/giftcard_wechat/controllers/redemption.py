from odoo import http

from ..api.endpoint import endpoint
from ..schemas.common import Page
from ..schemas.redemption import (
    Cancellation,
    Redemption,
    RedemptionQuery,
    RedemptionRequest,
    RedemptionSummary,
    ReturnRequest,
)
from .order import ORDER_PROBLEMS


class RedemptionController(http.Controller):
    @endpoint(
        "POST",
        "/redemptions",
        summary="Redeem rewards",
        tag="redemption",
        body=RedemptionRequest,
        answer=Redemption,
        status=201,
        problems=ORDER_PROBLEMS,
    )
    def redeem(self, body):
        """Order rewards for pickup, delivery or at once. Points are held and goods reserved until the store decides.

        Where there is money to pay and no eWallet pays it, the redemption waits for its payment until `pay_until`.
        """
        return self.env["giftcard.api.order"]._submit(body, self.env.context["giftcard_idempotency_key"])

    @endpoint(
        "GET",
        "/redemptions",
        summary="List redemptions",
        tag="redemption",
        query=RedemptionQuery,
        answer=Page[RedemptionSummary],
    )
    def redemptions(self, query):
        """The member's redemptions, the latest first."""
        return self.env["giftcard.api.redemption"]._list(query)

    @endpoint(
        "GET",
        "/redemptions/{redemption_id}",
        summary="Read a redemption",
        tag="redemption",
        answer=Redemption,
        problems=["not_found"],
    )
    def redemption(self, redemption_id):
        """State, steps and, once the goods are ready, the pickup code to show at the counter."""
        return self.env["giftcard.api.redemption"]._get(redemption_id)

    @endpoint(
        "POST",
        "/redemptions/{redemption_id}/cancel",
        summary="Cancel a redemption",
        tag="redemption",
        body=Cancellation,
        answer=Redemption,
        problems=["illegal_transition", "not_found"],
    )
    def cancel(self, redemption_id, body):
        """Call off what was not picked up yet; the points come back and the pickup code is void."""
        return self.env["giftcard.api.redemption"]._cancel(redemption_id, body.reason)

    @endpoint(
        "POST",
        "/redemptions/{redemption_id}/receive",
        summary="Confirm a delivery",
        tag="redemption",
        answer=Redemption,
        problems=["illegal_transition", "not_found"],
    )
    def receive(self, redemption_id):
        """What was sent has arrived; without this it counts as received some days later."""
        return self.env["giftcard.api.redemption"]._receive(redemption_id)

    @endpoint(
        "POST",
        "/redemptions/{redemption_id}/returns",
        summary="Ask to return goods",
        tag="redemption",
        body=ReturnRequest,
        answer=Redemption,
        status=201,
        problems=["illegal_transition", "invalid_quantity", "not_found", "not_returnable"],
    )
    def request_return(self, redemption_id, body):
        """The store decides; points and money come back once it has the goods. See `may_return` and `returns`."""
        return self.env["giftcard.api.redemption"]._request_return(redemption_id, body)

    @endpoint(
        "POST",
        "/redemptions/{redemption_id}/returns/{return_id}/withdraw",
        summary="Withdraw a return",
        tag="redemption",
        answer=Redemption,
        problems=["illegal_transition", "not_found"],
    )
    def withdraw_return(self, redemption_id, return_id):
        """Keep the goods after all, while the store has not decided."""
        return self.env["giftcard.api.redemption"]._withdraw_return(redemption_id, return_id)
