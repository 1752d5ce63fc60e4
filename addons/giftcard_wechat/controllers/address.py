from odoo import http

from ..api.endpoint import endpoint
from ..schemas.address import Address, AddressData, Addresses


class AddressController(http.Controller):
    @endpoint("GET", "/me/addresses", summary="List delivery addresses", tag="member", answer=Addresses)
    def addresses(self):
        """The member's addresses, the default first."""
        return self.env["giftcard.api.address"]._list()

    @endpoint(
        "POST",
        "/me/addresses",
        summary="Add a delivery address",
        tag="member",
        body=AddressData,
        answer=Address,
        status=201,
        problems=["too_many_addresses"],
    )
    def add(self, body):
        """Add an address; at most 20. The first one is the default."""
        return self.env["giftcard.api.address"]._add(body)

    @endpoint(
        "PUT",
        "/me/addresses/{address_id}",
        summary="Change a delivery address",
        tag="member",
        body=AddressData,
        answer=Address,
        keyed=True,
        problems=["not_found"],
    )
    def change(self, address_id, body):
        """Replace an address. Orders that are on their way go to where they were sent."""
        return self.env["giftcard.api.address"]._change(address_id, body)

    @endpoint(
        "DELETE",
        "/me/addresses/{address_id}",
        summary="Remove a delivery address",
        tag="member",
        status=204,
        keyed=True,
        problems=["not_found"],
    )
    def remove(self, address_id):
        """Take an address off the list; if it was the default, the latest of the others becomes it."""
        self.env["giftcard.api.address"]._remove(address_id)
