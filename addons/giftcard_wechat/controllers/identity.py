from odoo import http

from ..api.endpoint import endpoint
from ..schemas.identity import Binding, Identities, Identity


class IdentityController(http.Controller):
    @endpoint("GET", "/me/identities", summary="List ways of logging in", tag="member", answer=Identities)
    def identities(self):
        """The accounts and phone numbers by which the member logs in."""
        return self.env["giftcard.api.identity"]._list()

    @endpoint(
        "POST",
        "/me/identities",
        summary="Bind an account or a phone number",
        tag="member",
        body=Binding,
        answer=Identity,
        status=201,
        problems=[
            "card_frozen",
            "card_not_usable",
            "identity_taken",
            "invalid_credentials",
            "invalid_login_code",
            "login_refused",
            "one_time_code_wrong",
            "provider_unavailable",
            "refused",
            "too_many_attempts",
        ],
    )
    def bind(self, body):
        """Let the member log in by another account, or by a phone (a code of purpose `bind`). What is another member's
        is refused with `identity_taken`; with `merge` the two become one. Neither may be frozen, owe anything or
        have value held for an order."""
        return self.env["giftcard.api.identity"]._bind(body)

    @endpoint(
        "DELETE",
        "/me/identities/{identity_id}",
        summary="Unbind an account or a phone number",
        tag="member",
        status=204,
        keyed=True,
        problems=["last_identity", "not_found"],
    )
    def unbind(self, identity_id):
        """Log in by this no more; other devices that used it are logged out. The last one cannot be unbound."""
        self.env["giftcard.api.identity"]._unbind(identity_id)
