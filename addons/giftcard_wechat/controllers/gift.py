from odoo import http

from ..api.endpoint import endpoint
from ..schemas.common import Page
from ..schemas.gift import Gift, GiftClaim, GiftLink, GiftPreview, GiftQuery, GiftRequest

RESOLVED = ["gift_claimed", "gift_expired", "gift_recalled"]


class GiftController(http.Controller):
    @endpoint(
        "POST",
        "/gifts",
        summary="Give a gift",
        tag="gift",
        body=GiftRequest,
        answer=Gift,
        status=201,
        problems=["card_frozen", "card_not_usable", "insufficient_balance", "invalid_amount", "limit_exceeded"]
        + ["not_found"],
    )
    def give(self, body):
        """Put value of a card aside for whoever claims it first. Ask for its link, then share that."""
        return self.env["giftcard.api.gift"]._give(body)

    @endpoint("GET", "/gifts", summary="List gifts", tag="gift", query=GiftQuery, answer=Page[Gift])
    def gifts(self, query):
        """Gifts the member gave and got, the latest first."""
        return self.env["giftcard.api.gift"]._list(query)

    @endpoint("GET", "/gifts/{gift_id}", summary="Read a gift", tag="gift", answer=Gift, problems=["not_found"])
    def gift(self, gift_id):
        """One gift the member gave or got."""
        return self.env["giftcard.api.gift"]._get(gift_id)

    @endpoint(
        "POST",
        "/gifts/{gift_id}/link",
        summary="Get a gift's link",
        tag="gift",
        answer=GiftLink,
        # The answer would be kept with the key, and whoever reads it could claim the gift.
        keyed=False,
        problems=["not_found", *RESOLVED],
    )
    def link(self, gift_id):
        """A new link to a gift that is not claimed; the one before is dead. It is shown here and never again."""
        return self.env["giftcard.api.gift"]._link(gift_id)

    @endpoint(
        "POST",
        "/gifts/{gift_id}/recall",
        summary="Take a gift back",
        tag="gift",
        answer=Gift,
        problems=["not_found", "gift_claimed", "gift_expired"],
    )
    def recall(self, gift_id):
        """Take back what nobody has claimed; the value returns to the card it came from."""
        return self.env["giftcard.api.gift"]._recall(gift_id)

    @endpoint(
        "POST",
        "/gifts/open",
        summary="Look into a gift",
        tag="gift",
        body=GiftClaim,
        answer=GiftPreview,
        # It changes nothing; the token is in the body as addresses are logged.
        keyed=False,
        problems=["gift_not_found"],
    )
    def look(self, body):
        """Who has the link sees from whom the gift is, and whether it can still be claimed."""
        return self.env["giftcard.api.gift"]._open(body)

    @endpoint(
        "POST",
        "/gifts/claim",
        summary="Claim a gift",
        tag="gift",
        body=GiftClaim,
        answer=Gift,
        problems=["card_frozen", "card_not_usable", "gift_not_found", "gift_to_self", "limit_exceeded", *RESOLVED],
    )
    def claim(self, body):
        """Take the gift of a link: onto a new card, or onto the member's eWallet. Of several claimants one gets it."""
        return self.env["giftcard.api.gift"]._claim(body)
