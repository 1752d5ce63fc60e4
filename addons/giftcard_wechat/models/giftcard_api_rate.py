import time

from odoo import api, fields, models
from odoo.tools import SQL

from ..api.leases import Leases
from ..api.problems import Problem
from ..api.transaction import separate_transaction

WINDOW = 60
SHARES = 20

_leases = Leases()


class GiftcardApiRate(models.Model):
    """Calls taken in the current minute, per bucket, counted across all workers and servers.

    A worker leases a twentieth of the limit at once and spends it from its own memory, so that most calls cost no query
    and the limit still is never exceeded. The table is unlogged: what it counts is worth nothing after a crash.
    """

    _name = "giftcard.api.rate"
    _description = "API Rate Limit"
    _log_access = False

    bucket = fields.Char(required=True, readonly=True)
    minute = fields.Integer(required=True, readonly=True, index=True)
    taken = fields.Integer(required=True, readonly=True)

    _bucket_uniq = models.UniqueIndex("(bucket)")

    def init(self):
        self.env.cr.execute(SQL("ALTER TABLE giftcard_api_rate SET UNLOGGED"))

    @api.model
    def _take(self, kind, subject):
        """Count one call against the limit ``giftcard_wechat.rate_<kind>`` (calls per minute; 0: no limit).

        :param subject: whom to count, e.g. an address or a session's id
        :raise Problem: ``rate_limited`` with the seconds to wait
        """
        # The parameter is no secret, but parameters are the administrator's.
        value = self.env["ir.config_parameter"].sudo().get_param(f"giftcard_wechat.rate_{kind}")
        limit = int(value) if value and value.isdecimal() else 0
        if not limit:
            return
        now = int(time.time())
        minute = now // WINDOW
        bucket = f"{kind}:{subject}"
        key = (self.env.cr.dbname, bucket)
        spent = _leases.spend(minute, key)
        if spent is None:
            granted = self._lease(bucket, minute, limit)
            _leases.put(minute, key, granted)
            spent = granted and _leases.spend(minute, key)
        if spent is False or spent == 0:
            raise Problem("rate_limited", retry_after=WINDOW - now % WINDOW)

    @api.model
    def _take_for(self, operation, address):
        """Count a call of an operation against the limits of its class, beside those of the session and the address.

        :param operation: :class:`~..api.endpoint.Operation`
        :param address: where it comes from
        :raise Problem: ``rate_limited``
        """
        member_id = self.env.context.get("giftcard_member_id")
        subject = f"member/{member_id}" if member_id else f"user/{self.env.uid}" if operation.staff else address
        if member_id:
            self._take("member", member_id)
        if operation.method != "GET":
            self._take("write", subject)
        if operation.guess:
            self._take("guess", subject)
            if subject != address:
                self._take("guess_address", address)

    def _lease(self, bucket, minute, limit):
        """:return: calls granted to this process, out of what is left of the minute"""
        wanted = max(1, limit // SHARES)
        with separate_transaction(self.env) as cr:
            cr.execute(
                SQL(
                    """
                    INSERT INTO giftcard_api_rate AS rate (bucket, minute, taken)
                    VALUES (%(bucket)s, %(minute)s, %(wanted)s)
                        ON CONFLICT (bucket) DO UPDATE
                       SET minute = GREATEST(rate.minute, excluded.minute),
                           taken = CASE WHEN rate.minute < excluded.minute THEN 0 ELSE rate.taken END + excluded.taken
                 RETURNING taken
                    """,
                    bucket=bucket,
                    minute=minute,
                    wanted=wanted,
                )
            )
            [taken] = cr.fetchone()
        return max(0, min(wanted, limit - (taken - wanted)))

    @api.autovacuum
    def _gc_past(self):
        self.flush_model()
        self.env.execute_query(
            SQL("DELETE FROM giftcard_api_rate WHERE minute < %s RETURNING id", int(time.time()) // WINDOW - 1)
        )
        self.invalidate_model(flush=False)
