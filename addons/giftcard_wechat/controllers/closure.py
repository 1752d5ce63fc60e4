from odoo import http

from ..api.endpoint import endpoint
from ..schemas.closure import Closure, ClosureRequest, Export


class ClosureController(http.Controller):
    @endpoint("GET", "/me/export", summary="Export everything", tag="member", answer=Export)
    def export(self):
        """All that is kept about the member, as one JSON document; a few times a minute at most."""
        return self.env["giftcard.api.closure"]._export()

    @endpoint("GET", "/me/closure", summary="Read the closure", tag="member", answer=Closure, problems=["not_found"])
    def closure(self):
        """When the account will be closed, if the member has asked for it."""
        return self.env["giftcard.api.closure"]._get()

    @endpoint(
        "POST",
        "/me/closure",
        summary="Close the account",
        tag="member",
        body=ClosureRequest,
        answer=Closure,
        status=201,
        problems=["closure_not_possible", "value_left"],
    )
    def close(self, body):
        """Ask for the account to be closed. After a cooling-off time of 15 days, unless the shop sets another, points
        end, and all that says who the member was is deleted; the movements of cards stay without a name. Money on
        cards has to be used or paid out before."""
        return self.env["giftcard.api.closure"]._request(body)

    @endpoint(
        "DELETE",
        "/me/closure",
        summary="Keep the account",
        tag="member",
        status=204,
        keyed=True,
        problems=["closure_not_possible"],
    )
    def keep(self):
        """Call the closure off."""
        self.env["giftcard.api.closure"]._call_off()
