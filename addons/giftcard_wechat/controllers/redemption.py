from odoo import http

from ..api.endpoint import endpoint
from ..schemas.common import Page, PageQuery
from ..schemas.redemption import Cancellation, Redemption, RedemptionRequest, RedemptionSummary


class RedemptionController(http.Controller):
    @endpoint(
        "POST",
        "/redemptions",
        summary="Redeem rewards",
        tag="redemption",
        body=RedemptionRequest,
        answer=Redemption,
        status=201,
        problems=[
            "card_not_usable",
            "insufficient_balance",
            "limit_reached",
            "out_of_stock",
            "reward_not_available",
            "store_not_available",
            "store_paused",
        ],
    )
    def redeem(self, body):
        """Order rewards for pickup in a store. The points are held and the goods reserved until the store decides."""
        return self.env["giftcard.api.redemption"]._submit(body)

    @endpoint(
        "GET",
        "/redemptions",
        summary="List redemptions",
        tag="redemption",
        query=PageQuery,
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
