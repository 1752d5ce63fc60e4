from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..ledger.immutable import protect

# Wrong codes within WINDOW after which one has to wait for PAUSE, by who or what tries.
LIMITS = {"card_id": 5, "user_id": 10, "member_id": 10, "ip": 20, "store_id": 50}
WINDOW = timedelta(minutes=10)
PAUSE = timedelta(minutes=15)


class GiftcardCodeAttempt(models.Model):
    """Each try of a bearer code, right or wrong. Of a wrong one the last two characters are kept.

    Written in a transaction of its own, so that it stays when the caller's is rolled back.
    """

    _name = "giftcard.code.attempt"
    _description = "Attempt to Use a Code"
    _order = "id desc"
    _log_access = False
    _rec_name = "result"

    date = fields.Datetime(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    user_id = fields.Many2one("res.users", required=True, readonly=True, ondelete="restrict")
    member_id = fields.Many2one("res.partner", readonly=True, ondelete="restrict")
    store_id = fields.Many2one("giftcard.store", readonly=True, ondelete="restrict")
    ip = fields.Char(string="IP Address", readonly=True)
    card_id = fields.Many2one("loyalty.card", readonly=True, ondelete="restrict")
    hint = fields.Char(string="Ends With", readonly=True)
    result = fields.Selection(
        [
            ("accepted", "Accepted"),
            ("wrong", "Wrong or unknown"),
            ("unusable", "Not usable: blocked, used, expired or not activated"),
            ("other_store", "Other store"),
            ("locked", "Refused: too many wrong secrets for this card"),
            ("throttled", "Refused: too many wrong codes"),
        ],
        required=True,
        readonly=True,
    )

    _card_index = models.Index("(card_id, id DESC) WHERE result = 'wrong' AND card_id IS NOT NULL")
    _user_index = models.Index("(user_id, id DESC) WHERE result = 'wrong'")
    _member_index = models.Index("(member_id, id DESC) WHERE result = 'wrong' AND member_id IS NOT NULL")
    _store_index = models.Index("(store_id, id DESC) WHERE result = 'wrong' AND store_id IS NOT NULL")
    _ip_index = models.Index("(ip, id DESC) WHERE result = 'wrong' AND ip IS NOT NULL")

    def init(self):
        # Merging two partners rewrites every reference to them; that is the one change an attempt may see.
        protect(self.env.cr, self._table, but="member_id")

    @api.model
    def _record(self, result, **values):
        """Log an attempt of the acting user, for good.

        :param result: what the code is, unless who tries has to wait, or the card is locked
        :param values: ``member_id``, ``store_id``, ``ip``, ``card_id``, ``hint``; those that are known
        :return: (the result that counts, seconds to wait)
        """
        scopes = {name: values[name] for name in LIMITS if values.get(name)}
        if "member_id" not in scopes:
            # Members act through a user that they share.
            scopes["user_id"] = self.env.uid
        # Attempts of one scope come one by one, each seeing those before: the locks are taken here and kept to the end
        # of this transaction, and the other one, whose snapshot is younger, counts and commits under them.
        for name, value in sorted(scopes.items()):
            self.env.execute_query(
                SQL("SELECT pg_advisory_xact_lock(hashtext('giftcard.code.attempt'), hashtext(%s))", f"{name}/{value}")
            )
        with self.env.registry.cursor() as cr:
            # Nobody may write attempts; who acts is taken from the environment.
            attempts = self.with_env(self.env(cr=cr)).sudo()
            pauses = {name: attempts._pause(name, value) for name, value in scopes.items()}
            locked = pauses.pop("card_id", 0)
            pause = max(pauses.values(), default=0)
            if pause:
                result = "throttled"
            elif locked:
                result = "locked"
            attempts.create(
                {
                    "date": fields.Datetime.now(),
                    "company_id": self.env.company.id,
                    "user_id": self.env.uid,
                    "result": result,
                    **values,
                }
            )
        return result, pause

    def _pause(self, name, value):
        """:return: seconds that who or what ``name`` is has to wait, from the last wrong attempts"""
        limit = LIMITS[name]
        domain = [(name, "=", value), ("result", "=", "wrong")]
        if name == "user_id":
            domain.append(("member_id", "=", False))
        last = self.search(domain, order="id desc", limit=limit)
        if len(last) < limit or last[0].date - last[-1].date > WINDOW:
            return 0
        left = last[0].date + PAUSE - fields.Datetime.now()
        return max(0, int(left.total_seconds()))
