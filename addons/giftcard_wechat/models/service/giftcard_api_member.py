from odoo import models

from ...schemas.common import money
from ...schemas.member import Member


class GiftcardApiMember(models.AbstractModel):
    _name = "giftcard.api.member"
    _inherit = "giftcard.api.service"
    _description = "API: The Member"

    def _profile(self):
        """:return: :class:`~...schemas.member.Member` with what is free to spend in the session's company"""
        member = self._member()
        member.fetch(["name", "member_number", "member_since"])
        return Member.from_record(member, **self._free_value(member))

    def _free_value(self, member):
        """:return: points over all points programs, and money in the company's currency"""
        company = self.env.company
        groups = self.env["loyalty.card"]._read_group(
            [
                ("partner_id", "=", member.id),
                ("state", "=", "active"),
                ("company_id", "in", [False, company.id]),
            ],
            ["program_id"],
            ["points:sum"],
        )
        points = stored = 0.0
        for program, amount in groups:
            if program.program_type == "loyalty":
                points += amount
            elif program.program_type in ("gift_card", "ewallet") and program.currency_id == company.currency_id:
                stored += amount
        return {"points": points, "stored_value": money(stored, company.currency_id)}
