from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.giftcard_points.models.ledger.immutable import protect

WRONG_LIMIT = 10
WINDOW = timedelta(minutes=10)
PAUSE = timedelta(minutes=10)


class GiftcardPickupAttempt(models.Model):
    """Each verification of a pickup code, right or wrong. Of a wrong one the last two characters are kept.

    Written in a transaction of its own, so that it stays when the caller's is rolled back.
    """

    _name = "giftcard.pickup.attempt"
    _description = "Verification Attempt"
    _order = "id desc"
    _log_access = False
    _rec_name = "result"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    store_id = fields.Many2one("giftcard.store", required=True, readonly=True, index=True, ondelete="restrict")
    user_id = fields.Many2one("res.users", string="Clerk", required=True, readonly=True, ondelete="restrict")
    date = fields.Datetime(required=True, readonly=True)
    purpose = fields.Selection([("verify", "Look up"), ("hand_over", "Hand over")], required=True, readonly=True)
    kind = fields.Selection(
        [("digits", "Digits"), ("token", "QR code"), ("other", "Something else")],
        string="Input",
        required=True,
        readonly=True,
    )
    hint = fields.Char(string="Ends With", readonly=True)
    result = fields.Selection(
        [
            ("ready", "Ready"),
            ("used", "Used already"),
            ("expired", "Expired"),
            ("void", "Void"),
            ("not_ready", "Not ready"),
            ("other_store", "Other store"),
            ("unknown", "Unknown"),
            ("throttled", "Refused: too many wrong codes"),
        ],
        required=True,
        readonly=True,
    )
    wrong = fields.Boolean(readonly=True, help="May be a guess, and counts towards the limit.")
    code_id = fields.Many2one("giftcard.pickup.code", readonly=True, index="btree_not_null", ondelete="restrict")
    redemption_id = fields.Many2one(related="code_id.redemption_id")

    _wrong_index = models.Index("(user_id, id DESC) WHERE wrong")

    def init(self):
        protect(self.env.cr, self._table)

    @api.model
    def _record(self, store, *, purpose, kind, result, code, hint):
        """Log an attempt of the acting user, unless that user has to pause, and then log that.

        Ten wrong codes within ten minutes mean a pause of ten minutes from the last one.

        :return: seconds left to pause, 0 when the attempt counts
        """
        # A clerk's attempts come one by one, each seeing those before: the lock is taken here and kept to the end of
        # this transaction, and the other one, whose snapshot is younger, counts and commits under it.
        self.env.execute_query(
            SQL("SELECT pg_advisory_xact_lock(hashtext('giftcard.pickup.attempt'), %s)", self.env.uid)
        )
        with self.env.registry.cursor() as cr:
            # Nobody may write attempts; who acts is taken from the environment.
            attempts = self.with_env(self.env(cr=cr)).sudo()
            pause = attempts._pause(self.env.uid)
            attempts.create(
                {
                    "company_id": store.sudo().company_id.id,
                    "store_id": store.id,
                    "user_id": self.env.uid,
                    "date": fields.Datetime.now(),
                    "purpose": purpose,
                    "kind": kind,
                    "result": "throttled" if pause else result,
                    "wrong": not pause and (result == "unknown" or (result == "other_store" and kind == "digits")),
                    "hint": hint,
                    "code_id": code.id if code and not pause else False,
                }
            )
        return pause

    def _pause(self, user_id):
        """:return: seconds the user has to wait, from the last wrong attempts"""
        last = self.search([("user_id", "=", user_id), ("wrong", "=", True)], order="id desc", limit=WRONG_LIMIT)
        if len(last) < WRONG_LIMIT or last[0].date - last[-1].date > WINDOW:
            return 0
        left = last[0].date + PAUSE - fields.Datetime.now()
        return max(0, int(left.total_seconds()))
