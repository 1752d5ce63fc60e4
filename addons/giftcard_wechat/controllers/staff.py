from odoo import http

from ..api.endpoint import endpoint
from ..schemas.common import Page
from ..schemas.staff import (
    Clerk,
    HandoverQuery,
    HandoverRequest,
    LookUp,
    Pairing,
    PickupAnswer,
    StaffHandover,
    StaffMember,
    StaffSession,
    Verification,
)


class StaffController(http.Controller):
    @endpoint(
        "POST",
        "/staff/sessions",
        summary="Pair a clerk's phone",
        tag="staff",
        body=Pairing,
        answer=StaffSession,
        status=201,
        member=False,
        guess=True,
        problems=["invalid_pairing_code"],
    )
    def pair(self, body):
        """Exchange the code that the back office shows for a session of the clerk's; good for one phone."""
        return self.env["giftcard.api.staff"]._pair(body)

    @endpoint("DELETE", "/staff/session", summary="Leave", tag="staff", status=204, staff=True)
    def end(self):
        """End the session; its token is refused from now on."""
        self.env["giftcard.api.staff"]._end()

    @endpoint("GET", "/staff/me", summary="Read the clerk", tag="staff", answer=Clerk, staff=True)
    def clerk(self):
        """The clerk and the stores where he works, with what waits there and what was handed over today."""
        return self.env["giftcard.api.staff"]._clerk()

    @endpoint(
        "POST",
        "/staff/stores/{store_id}/verifications",
        summary="Verify a pickup code",
        tag="staff",
        body=Verification,
        answer=PickupAnswer,
        staff=True,
        problems=["not_found", "too_many_attempts"],
    )
    def verify(self, store_id, body):
        """What a code is good for in this store. Each attempt is recorded; wrong ones lead to a pause."""
        return self.env["giftcard.api.staff"]._verify(store_id, body)

    @endpoint(
        "POST",
        "/staff/stores/{store_id}/handovers",
        summary="Hand goods over",
        tag="staff",
        body=HandoverRequest,
        answer=PickupAnswer,
        staff=True,
        keyed=True,
        problems=[
            "lot_not_available",
            "lot_required",
            "not_found",
            "not_left_to_hand_over",
            "out_of_stock",
            "too_many_attempts",
        ],
    )
    def hand_over(self, store_id, body):
        """Hand over all that is left, or parts. `result` is `handed_over`, else nothing has changed.

        The same key again finds what was handed over with it.
        """
        return self.env["giftcard.api.staff"]._hand_over(store_id, body)

    @endpoint(
        "GET",
        "/staff/stores/{store_id}/handovers",
        summary="List the handovers of a day",
        tag="staff",
        query=HandoverQuery,
        answer=Page[StaffHandover],
        staff=True,
        problems=["not_found"],
    )
    def handovers(self, store_id, query):
        """What was handed over in the store, the latest first."""
        return self.env["giftcard.api.staff"]._handovers(store_id, query)

    @endpoint(
        "POST",
        "/staff/stores/{store_id}/members",
        summary="Look a member up",
        tag="staff",
        body=LookUp,
        answer=StaffMember,
        staff=True,
        guess=True,
        problems=["code_not_accepted", "not_found", "too_many_attempts"],
    )
    def look_up(self, store_id, body):
        """Who stands at the counter, masked, and what waits for the member in this store. Each attempt is recorded."""
        return self.env["giftcard.api.staff"]._look_up(store_id, body)
