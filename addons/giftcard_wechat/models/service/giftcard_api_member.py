from odoo import models
from odoo.tools import SQL

from ...api.endpoint import PREFIX
from ...schemas.member import Member


class GiftcardApiMember(models.AbstractModel):
    _name = "giftcard.api.member"
    _inherit = "giftcard.api.service"
    _description = "API: The Member"

    def _profile(self):
        """:return: :class:`~...schemas.member.Member` with what is free to spend in the session's company

        The call that every screen makes: one statement, for the member of the session alone.
        """
        [row] = self.env.execute_query_dict(
            SQL(
                """
                SELECT member.member_number AS number, member.name, member.member_since AS since,
                       member.member_avatar_key AS avatar, member.birth_month AS month, member.birth_day AS day,
                       member.birth_year AS year,
                       (SELECT identity.openid FROM giftcard_identity identity
                         WHERE identity.member_id = member.id AND identity.provider = 'phone'
                         ORDER BY identity.id DESC LIMIT 1) AS phone,
                       COALESCE(SUM(card.balance - card.held)
                                FILTER (WHERE program.program_type = 'loyalty'), 0) AS points,
                       COALESCE(SUM(card.balance - card.held)
                                FILTER (WHERE program.program_type IN ('gift_card', 'ewallet')
                                          AND program.currency_id = currency.id), 0) AS money,
                       currency.name AS currency, currency.decimal_places AS decimals
                  FROM res_partner member
                  JOIN res_company company ON company.id = %(company)s
                  JOIN res_currency currency ON currency.id = company.currency_id
             LEFT JOIN loyalty_card card
                    ON card.partner_id = member.id AND card.active AND card.state = 'active'
                       AND (card.company_id IS NULL OR card.company_id = company.id)
             LEFT JOIN loyalty_program program ON program.id = card.program_id
                 WHERE member.id = %(member)s
                 GROUP BY member.id, currency.id
                """,
                company=self.env.company.id,
                member=self._member().id,
            )
        )
        return Member.from_row(row, PREFIX)
