from odoo import models

from .payment_transaction import DESCRIPTION, PARCELS

_READY = {"virtual": ("approved", "done"), "pickup": ("ready", "done"), "delivery": ("shipped", "done")}


class GiftcardRedemption(models.Model):
    """What WeChat is told of an order that was paid for in part in the mini program."""

    _inherit = "giftcard.redemption"

    def _transition(self, state, reason=None, member=None, sources=None):
        before = super()._transition(state, reason, member=member, sources=sources)
        if any(state in states for states in _READY.values()):
            # The step is the document's own; what WeChat is told of it is nobody's to write.
            transactions = self.sudo().transaction_ids.ids
            if transactions:
                shippings = self.env["giftcard.wechat.shipping"].sudo()
                shippings.search([("transaction_id", "in", transactions)])._look_now()
        return before

    def _wechat_handover(self):
        """:return: as ``payment.transaction._wechat_handover``"""
        if self.state not in _READY[self.fulfilment]:
            return None
        if self.fulfilment != "delivery":
            lines = [f"{line._label()} x{line.quantity:g}" for line in self.line_ids]
            return self.fulfilment, [{"item_desc": _described(lines)}]
        pickings = self.picking_ids.filtered(
            lambda picking: picking.state != "cancel" and picking.location_dest_id.usage == "customer"
        ).sorted("id")
        if not pickings or any(picking.state != "done" for picking in pickings):
            return None
        tracked = all(picking.carrier_tracking_ref and picking.carrier_id.wechat_code for picking in pickings)
        return ("express" if tracked else "local"), [
            self._wechat_parcel(picking, tracked) for picking in pickings[:PARCELS]
        ]

    def _wechat_parcel(self, picking, tracked):
        lines = [f"{move.product_id.display_name} x{move.quantity:g}" for move in picking.move_ids]
        parcel = {"item_desc": _described(lines)}
        if tracked:
            parcel["tracking_no"] = picking.carrier_tracking_ref
            parcel["express_company"] = picking.carrier_id.wechat_code
            # SF Express asks for the receiver's phone, which WeChat wants masked and without the country.
            phone = "".join(char for char in self.address_id.phone or "" if char.isdecimal())[-11:]
            if len(phone) >= 8:
                parcel["contact"] = {"receiver_contact": f"{phone[:-8]}****{phone[-4:]}"}
        return parcel


def _described(lines):
    return "; ".join(lines)[:DESCRIPTION] or "-"
