import base64
import hashlib
import hmac
import re

from odoo import api, fields, models
from odoo.tools.misc import consteq

from ...secret import derive_key

PREFIX = "GCM."
# Of the number, what is printable ASCII without the dot.
PATTERN = re.compile(r"GCM\.([!-\-/-~]{1,32})\.([A-Z2-7]{16})")


class ResPartner(models.Model):
    """The member's QR code: the number, and a signature without which a number says nothing."""

    _inherit = "res.partner"

    member_alias_ids = fields.One2many("giftcard.member.alias", "partner_id", string="Former Numbers", readonly=True)
    member_qr = fields.Char(
        string="Member Code",
        compute="_compute_member_qr",
        groups="giftcard_points.group_auditor",
        help="What the member's QR code says.",
    )
    member_qr_image = fields.Binary(
        string="QR Code", compute="_compute_member_qr", groups="giftcard_points.group_auditor"
    )

    @api.depends("member_number")
    def _compute_member_qr(self):
        Report = self.env["ir.actions.report"]
        for partner in self:
            partner.member_qr = partner.member_number and self._sign_member_number(partner.member_number)
            partner.member_qr_image = partner.member_qr and base64.b64encode(
                Report.barcode("QR", partner.member_qr, width=300, height=300)
            )

    def action_print_member_card(self):
        return self.env.ref("giftcard_points.report_member_card").report_action(self)

    @api.model
    def _sign_member_number(self, number):
        """:return: ``GCM.<number>.<signature>``, 80 bits of HMAC-SHA256 in base 32"""
        signature = hmac.new(derive_key(self.env, "member-qr/1"), number.encode(), hashlib.sha256).digest()
        return f"{PREFIX}{number}.{base64.b32encode(signature[:10]).decode()}"

    @api.model
    def _member_of_qr(self, text):
        """The member whose QR code was scanned; it identifies, and authorises no payment.

        :return: ``res.partner``, empty when the code is not one of ours or its member has left
        """
        match = PATTERN.fullmatch((text or "").strip())
        if not match or not consteq(self._sign_member_number(match[1]), match[0]):
            return self.browse()
        return self._member_of_number(match[1]).filtered(lambda member: member.member_state != "closed")

    @api.model
    def _member_of_number(self, number):
        """:return: ``res.partner`` of a member number, also of one that was given up in a merge; may be empty"""
        member = self.search([("member_number", "=", number)], limit=1)
        # Who may read the member may know by which number it was found.
        alias = self.env["giftcard.member.alias"].sudo()
        return member or alias.search([("number", "=", number)], limit=1).partner_id.with_env(self.env)
