from odoo import http

from ..api.endpoint import endpoint
from ..schemas.handover import Code, Handovers, Link


class HandoverController(http.Controller):
    @endpoint(
        "GET",
        "/redemptions/{redemption_id}/handovers",
        summary="List virtual rewards",
        tag="redemption",
        answer=Handovers,
        problems=["not_found"],
    )
    def handovers(self, redemption_id):
        """What of a redemption is handed over at once: coupons, codes, files, membership time, stored value."""
        return self.env["giftcard.api.handover"]._list(redemption_id)

    @endpoint(
        "POST",
        "/redemptions/{redemption_id}/handovers/{handover_id}/code",
        summary="See a code",
        tag="redemption",
        answer=Code,
        # The answer would be kept with the key; asking again gives the same code anyway.
        keyed=False,
        problems=["not_found"],
    )
    def code(self, redemption_id, handover_id):
        """The code of a virtual reward. Once it was seen, the reward cannot be taken back."""
        return self.env["giftcard.api.handover"]._code(redemption_id, handover_id)

    @endpoint(
        "POST",
        "/redemptions/{redemption_id}/handovers/{handover_id}/link",
        summary="Get a download link",
        tag="redemption",
        answer=Link,
        # As above.
        keyed=False,
        problems=["not_found"],
    )
    def link(self, redemption_id, handover_id):
        """A signed link to the file of a virtual reward. Once it was downloaded, the reward cannot be taken back."""
        return self.env["giftcard.api.handover"]._link(redemption_id, handover_id)
