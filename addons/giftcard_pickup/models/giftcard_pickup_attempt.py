from datetime import timedelta

from odoo import api, fields, models
from odoo.http import request
from odoo.tools import SQL

from odoo.addons.giftcard_points.models.ledger.immutable import protect

# Wrong codes within the window that mean a pause: of a clerk, from a device whoever uses it, in a store all together.
LIMITS = {"user_id": 10, "device": 10, "store_id": 50}
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
    device = fields.Char(readonly=True, help="What the screen calls itself, else the address it calls from.")
    purpose = fields.Selection(
        [("verify", "Look up"), ("hand_over", "Hand over"), ("sync", "Handed over without network")],
        required=True,
        readonly=True,
    )
    kind = fields.Selection(
        [
            ("digits", "Digits"),
            ("token", "QR code"),
            ("number", "Order number"),
            ("other", "Something else"),
        ],
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
            ("replaced", "Replaced by a new code"),
            ("not_ready", "Not ready"),
            ("not_paid", "Not paid"),
            ("code_needed", "Order number instead of a code"),
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
    _wrong_device_index = models.Index("(device, id DESC) WHERE wrong")
    _wrong_store_index = models.Index("(store_id, id DESC) WHERE wrong")

    def init(self):
        protect(self.env.cr, self._table)

    @api.model
    def _record(self, store, *, purpose, kind, result, code, hint, device=None):
        """Log an attempt of the acting user, unless he has to pause, and then log that.

        Ten wrong codes of a clerk within ten minutes mean a pause of ten minutes from the last one; so do ten from one
        device, whoever signs in on it, and fifty in one store.

        :param device: what the screen calls itself; the address it calls from, if it tells nothing
        :return: seconds left to pause, 0 when the attempt counts
        """
        device = self._device(device)
        # A clerk's attempts come one by one, each seeing those before: the lock is taken here and kept to the end of
        # this transaction, and the other one, whose snapshot is younger, counts and commits under it. Of a device and a
        # store as many may get through at once as there are clerks, which keeps the limit and blocks nobody.
        self.env.execute_query(
            SQL("SELECT pg_advisory_xact_lock(hashtext('giftcard.pickup.attempt'), %s)", self.env.uid)
        )
        with self.env.registry.cursor() as cr:
            # Nobody may write attempts; who acts is taken from the environment.
            attempts = self.with_env(self.env(cr=cr)).sudo()
            pause = attempts._pause({"user_id": self.env.uid, "device": device, "store_id": store.id})
            attempts.create(
                {
                    "company_id": store.sudo().company_id.id,
                    "store_id": store.id,
                    "user_id": self.env.uid,
                    "device": device,
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

    def _pause(self, who):
        """:return: seconds to wait, from the last wrong attempts of each of ``who``, dict of field -> value"""
        now, pause = fields.Datetime.now(), 0
        for field, limit in LIMITS.items():
            domain = [(field, "=", who[field]), ("wrong", "=", True), ("date", ">", now - WINDOW - PAUSE)]
            last = self.search(domain, order="id desc", limit=limit) if who[field] else self.browse()
            if len(last) == limit and last[0].date - last[-1].date <= WINDOW:
                pause = max(pause, int((last[0].date + PAUSE - now).total_seconds()))
        return pause

    def _device(self, device):
        if isinstance(device, str) and device.strip():
            return device.strip()[:64]
        return request.httprequest.remote_addr if request else None
