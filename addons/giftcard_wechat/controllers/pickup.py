from odoo import http

from ..api.endpoint import endpoint
from ..schemas.common import Page, PageQuery
from ..schemas.pickup import PickupCode, ProxyRequest
from ..schemas.redemption import Redemption


class PickupController(http.Controller):
    @endpoint(
        "GET", "/pickup-codes", summary="List pickup codes", tag="pickup", query=PageQuery, answer=Page[PickupCode]
    )
    def codes(self, query):
        """The codes of all goods that wait in a store: the member's own, and those for proxies."""
        return self.env["giftcard.api.pickup"]._list(query)

    @endpoint(
        "POST",
        "/redemptions/{redemption_id}/pickup-code",
        summary="Get a new pickup code",
        tag="pickup",
        answer=Redemption,
        problems=["illegal_transition", "not_found"],
    )
    def reissue(self, redemption_id):
        """A new code in the place of one that others may have seen; the old one is dead. No time is won by it."""
        return self.env["giftcard.api.pickup"]._reissue(redemption_id)

    @endpoint(
        "POST",
        "/redemptions/{redemption_id}/extension",
        summary="Get more time to pick up",
        tag="pickup",
        answer=Redemption,
        problems=["extension_not_allowed", "illegal_transition", "not_found"],
    )
    def extend(self, redemption_id):
        """As many days more as the store grants, once; see `may_extend`. The code stays, its QR code is a new one."""
        return self.env["giftcard.api.pickup"]._extend(redemption_id)

    @endpoint(
        "PUT",
        "/redemptions/{redemption_id}/proxy",
        summary="Let somebody else pick up",
        tag="pickup",
        body=ProxyRequest,
        answer=Redemption,
        keyed=True,
        problems=["illegal_transition", "invalid_proxy", "not_found"],
    )
    def set_proxy(self, redemption_id, body):
        """A code for somebody else, dead once the goods are handed over to anybody; a proxy named before has none."""
        return self.env["giftcard.api.pickup"]._set_proxy(redemption_id, body)

    @endpoint(
        "DELETE",
        "/redemptions/{redemption_id}/proxy",
        summary="Let nobody else pick up",
        tag="pickup",
        answer=Redemption,
        keyed=True,
        problems=["illegal_transition", "not_found"],
    )
    def drop_proxy(self, redemption_id):
        """The proxy's code is dead from now on; also when there was none."""
        return self.env["giftcard.api.pickup"]._drop_proxy(redemption_id)
