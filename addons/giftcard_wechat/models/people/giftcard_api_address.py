from odoo import models

from ...api.problems import Problem
from ...exceptions import TooManyAddresses
from ...schemas.address import Address, Addresses

MOST = 20


class GiftcardApiAddress(models.AbstractModel):
    """Delivery addresses are contacts below the member's, as everywhere in Odoo."""

    _name = "giftcard.api.address"
    _inherit = "giftcard.api.service"
    _description = "API: Delivery Addresses"

    def _list(self):
        """:return: :class:`~...schemas.address.Addresses`"""
        return Addresses(items=[Address.from_record(address) for address in self._addresses()])

    def _add(self, data):
        """:param data: :class:`~...schemas.address.AddressData`. :return: :class:`~...schemas.address.Address`"""
        member = self._member()
        # One at a time: the number of addresses and the default are decided here.
        member._claim_cards()
        others = self._addresses()
        if len(others) >= MOST:
            raise TooManyAddresses(self.env._("There are %s addresses already. Remove one before.", MOST))
        values = {"parent_id": member.id, "type": "delivery", **self._values(data)}
        address = others.create(values)
        self._settle_default(address, others, data.is_default or not others)
        return Address.from_record(address)

    def _change(self, address_id, data):
        self._member()._claim_cards()
        address = self._address(address_id)
        address.write(self._values(data))
        self._settle_default(address, self._addresses() - address, data.is_default or address.member_default_address)
        return Address.from_record(address)

    def _remove(self, address_id):
        self._member()._claim_cards()
        address = self._address(address_id)
        was_default = address.member_default_address
        # Orders refer to it.
        address.write({"member_default_address": False, "active": False})
        if was_default:
            self._addresses().sorted("id")[-1:].member_default_address = True

    def _addresses(self):
        """:return: ``res.partner``, the default first. Members have no rights on contacts but the one they are: this
        domain is what keeps them to their own."""
        addresses = self.env["res.partner"].sudo()
        domain = [("parent_id", "=", self._member().id), ("type", "=", "delivery")]
        return addresses.search(domain, order="member_default_address desc nulls last, id desc")

    def _address(self, address_id):
        address = self._addresses().filtered(lambda address: address.id == address_id)
        if not address:
            raise Problem("not_found")
        return address

    def _settle_default(self, address, others, default):
        if default:
            others.filtered("member_default_address").member_default_address = False
            others.flush_recordset(["member_default_address"])
        address.member_default_address = default

    def _values(self, data):
        # Countries and provinces are public.
        country = self.env["res.country"].sudo().search([("code", "=", data.country)])
        if not country:
            self._refuse("country", self.env._("This country is not known."))
        state = self.env["res.country.state"].sudo()
        if data.province:
            names = [("name", "=", data.province), ("code", "=", data.province), ("name", "=like", f"{data.province}_")]
            state = state.search([("country_id", "=", country.id), "|", "|", *names], limit=1)
        if country.code == "CN" and not state:
            self._refuse("province", self.env._("This province is not known."))
        return {
            "name": data.name,
            "phone": data.phone,
            "country_id": country.id,
            "state_id": state.id,
            "city": data.city,
            "street2": data.district,
            "street": data.street,
            "zip": data.postal_code,
        }

    def _refuse(self, name, detail):
        raise Problem("validation_error", errors=[{"pointer": f"#/{name}", "detail": detail}])
