from odoo import http

from ..api.endpoint import endpoint
from ..schemas.member import Member


class MemberController(http.Controller):
    @endpoint("GET", "/me", summary="Profile and balance", tag="member", answer=Member)
    def me(self):
        """The member who is logged in, with the points and the money that are free to spend."""
        return self.env["giftcard.api.member"]._profile()
