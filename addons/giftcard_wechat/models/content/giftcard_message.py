from odoo import api, fields, models
from odoo.tools import SQL


class GiftcardMessage(models.Model):
    _inherit = "giftcard.message"

    kind = fields.Selection(selection_add=[("feedback", "Feedback")], ondelete={"feedback": "cascade"})

    _inbox_index = models.Index("(partner_id, id DESC)")

    @api.model
    def _mark_read_of(self, member, ids=None, until=None):
        """The member has seen messages of his: these, or all up to one.

        :param ids: list of ids; others' are left alone
        :param until: id of the newest that was seen, if no ids are given
        :return: how many were unread
        """
        which = SQL("id = ANY(%s)", ids) if ids is not None else SQL("id <= %s", until)
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_message SET read_at = %s
                 WHERE partner_id = %s AND read_at IS NULL AND %s
             RETURNING id
                """,
                fields.Datetime.now(),
                member.id,
                which,
            )
        )
        self.invalidate_model(["read_at"], flush=False)
        return len(rows)
