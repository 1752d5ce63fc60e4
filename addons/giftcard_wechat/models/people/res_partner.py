from odoo import api, models
from odoo.tools import SQL


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Numbers as people write them: +86 138-0013-8000.
    _member_phone_index = models.Index(
        "(regexp_replace(phone, '[^0-9]', '', 'g')) WHERE member_number IS NOT NULL AND phone IS NOT NULL"
    )

    def _merge_people(self, kept):
        """Leave each thing that a member has once to one of these partners.

        :param kept: ``res.partner`` that the others are merged into
        """

    @api.model
    def _member_of_phone(self, phone):
        """The member who left a phone number in a shop and never logged in by anything; the number is proved.

        :param phone: E.164
        :return: ``res.partner``, empty when there is none or more than one
        """
        digits = phone.removeprefix("+")
        self.flush_model(["phone", "member_number", "member_state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT member.id FROM res_partner member
                 WHERE member.member_number IS NOT NULL AND member.phone IS NOT NULL AND member.member_state = 'active'
                   AND regexp_replace(member.phone, '[^0-9]', '', 'g') = ANY(%s)
                   AND NOT EXISTS (SELECT 1 FROM giftcard_identity WHERE member_id = member.id)
                 LIMIT 2
                """,
                [digits, digits.removeprefix("86")] if digits.startswith("86") else [digits],
            )
        )
        return self.browse(rows[0] if len(rows) == 1 else [])
