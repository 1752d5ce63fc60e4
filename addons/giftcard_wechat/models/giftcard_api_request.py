from odoo import api, fields, models
from odoo.tools import SQL

from ..api.problems import Problem


class GiftcardApiRequest(models.Model):
    """A keyed call and its answer, so that repeating it repeats the answer and not the effect.

    The row is inserted first in the transaction of the effect: a repeat that comes at the same time waits for it, and a
    refused call leaves no row. After the IETF draft "The Idempotency-Key HTTP Header Field".
    """

    _name = "giftcard.api.request"
    _description = "Answered API Request"
    _order = "id desc"
    _log_access = False

    member_id = fields.Many2one("res.partner", required=True, readonly=True, ondelete="cascade")
    key = fields.Char(required=True, readonly=True)
    request_hash = fields.Char(required=True, readonly=True)
    status = fields.Integer(readonly=True)
    body = fields.Text(readonly=True)
    date = fields.Datetime(required=True, readonly=True, index=True)

    _key_uniq = models.UniqueIndex("(member_id, key)", "This key has been used.")

    @api.model
    def _answer_once(self, key, request_hash, work):
        """Do the work unless the member's key has been answered.

        :param request_hash: hash of method, path, query and body
        :param work: function that returns status and body
        :return: status, body and whether they are an earlier answer
        :raise Problem: ``idempotency_conflict`` when the key stands for another request
        """
        member_id = self.env.context["giftcard_member_id"]
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO giftcard_api_request (member_id, key, request_hash, date)
                VALUES (%s, %s, %s, %s)
                    ON CONFLICT (member_id, key) DO NOTHING
             RETURNING id
                """,
                member_id,
                key,
                request_hash,
                fields.Datetime.now(),
            )
        )
        if not rows:
            return self._earlier_answer(member_id, key, request_hash)
        status, body = work()
        self.env.flush_all()
        self.env.cr.execute(
            SQL("UPDATE giftcard_api_request SET status = %s, body = %s WHERE id = %s", status, body, rows[0][0])
        )
        return status, body, False

    def _earlier_answer(self, member_id, key, request_hash):
        [(first_hash, status, body)] = self.env.execute_query(
            SQL(
                "SELECT request_hash, status, body FROM giftcard_api_request WHERE member_id = %s AND key = %s",
                member_id,
                key,
            )
        )
        if first_hash != request_hash:
            raise Problem("idempotency_conflict")
        return status, body, True

    @api.autovacuum
    def _gc_answered(self):
        """Forget answers after 30 days; the operations they made keep keys of their own."""
        self.flush_model()
        self.env.execute_query(
            SQL(
                "DELETE FROM giftcard_api_request WHERE date < %s RETURNING id",
                fields.Datetime.subtract(fields.Datetime.now(), days=30),
            )
        )
        self.invalidate_model(flush=False)
