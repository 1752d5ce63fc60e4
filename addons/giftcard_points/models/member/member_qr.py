import base64
import hashlib
import hmac

from odoo import api, models

from ...secret import derive_key

PREFIX = "GCM."


class ResPartner(models.Model):
    """The member's QR code: who one is, signed; it pays nothing."""

    _inherit = "res.partner"

    def _member_qr(self):
        """:return: the text of the member's QR code"""
        self.ensure_one()
        return f"{PREFIX}{self.member_number}.{self._member_signature(self.member_number)}"

    @api.model
    def _member_of_qr(self, text):
        """:return: the active member whose QR code says ``text``, or none"""
        number, dot, signature = str(text or "").strip().removeprefix(PREFIX).partition(".")
        genuine = dot and hmac.compare_digest(self._member_signature(number).encode(), signature.encode())
        return (
            self.search([("member_number", "=", number), ("member_state", "=", "active")]) if genuine else self.browse()
        )

    def _member_signature(self, number):
        digest = hmac.digest(derive_key(self.env, "member-qr"), number.encode(), hashlib.sha256)
        return base64.b32encode(digest[:10]).decode()
