from contextlib import contextmanager

from odoo import api, fields, models
from odoo.modules import module
from odoo.tools import SQL

from ...api.transaction import read_committed
from ...exceptions import CallsPaused, Unavailable

# Failures in a row after which calls pause, and for how many seconds.
FAILURES = 5
PAUSE = 30
# Tables of which no row may be locked while a service is waited for.
VALUE_TABLES = (
    "loyalty_card",
    "giftcard_entry",
    "giftcard_hold",
    "giftcard_lot",
    "giftcard_redemption",
    "giftcard_reward",
    "stock_quant",
)


class GiftcardCircuit(models.Model):
    """Circuit breaker of an outside service: after failures in a row nobody waits for its time-outs any more.

    One row per service that failed lately, shared by all workers and servers, written in short transactions of its own.
    After the pause one call is let through; what becomes of it decides.
    """

    _name = "giftcard.circuit"
    _description = "Outside Service That Failed"
    _order = "id desc"
    _log_access = False

    name = fields.Char(string="Service", required=True, readonly=True)
    failures = fields.Integer(string="Failures in a Row", required=True, readonly=True)
    open_until = fields.Datetime(string="No Calls Until", readonly=True)
    error = fields.Char(string="Last Error", readonly=True)

    _name_uniq = models.UniqueIndex("(name)")

    @api.model
    @contextmanager
    def _guard(self, name):
        """Call the service inside; :class:`Unavailable` counts as its failure, anything else as an answer.

        :param name: e.g. ``wechatpay 7``
        :raise CallsPaused: without having called
        :raise RuntimeError: where the transaction has changed value: others would wait for the service to get at it
        """
        self._check_nothing_is_held(name)
        failed_before = self._begin(name)
        try:
            yield
        except Unavailable as error:
            self._failed(name, str(error))
            raise
        except BaseException:
            if failed_before:
                self._works(name)
            raise
        if failed_before:
            self._works(name)

    def _check_nothing_is_held(self, name):
        if module.current_test:
            # A test's one transaction has made the cards that it plays with.
            return
        held = self.env.execute_query(
            SQL(
                """
                SELECT relation::regclass::text
                  FROM pg_locks
                 WHERE pid = pg_backend_pid()
                   AND locktype = 'relation'
                   AND mode = 'RowExclusiveLock'
                   AND relation = ANY(%s::regclass[])
                """,
                list(VALUE_TABLES),
            )
        )
        if held:
            raise RuntimeError(f"{name} is called with rows of {held[0][0]} locked")

    def _begin(self, name):
        """:return: whether the last call failed"""
        with self._cursor() as cr:
            cr.execute(
                SQL(
                    """
                    UPDATE giftcard_circuit
                       SET open_until = now() AT TIME ZONE 'UTC' + %(pause)s * interval '1 second'
                     WHERE name = %(name)s AND open_until <= now() AT TIME ZONE 'UTC'
                    """,
                    name=name,
                    pause=PAUSE,
                )
            )
            if cr.rowcount:
                # This call is the one that tries; the others wait for what becomes of it.
                return True
            cr.execute(SQL("SELECT open_until FROM giftcard_circuit WHERE name = %s", name))
            row = cr.fetchone()
        if row and row[0]:
            raise CallsPaused(self.env._("The service failed several times in a row; it is tried again in a moment."))
        return bool(row)

    def _failed(self, name, error):
        with self._cursor() as cr:
            cr.execute(
                SQL(
                    """
                    INSERT INTO giftcard_circuit AS circuit (name, failures, error)
                    VALUES (%(name)s, 1, %(error)s)
                        ON CONFLICT (name) DO UPDATE
                       SET failures = circuit.failures + 1,
                           error = excluded.error,
                           open_until = CASE WHEN circuit.failures + 1 >= %(limit)s
                                             THEN now() AT TIME ZONE 'UTC' + %(pause)s * interval '1 second' END
                    """,
                    name=name,
                    error=error[:200],
                    limit=FAILURES,
                    pause=PAUSE,
                )
            )

    def _works(self, name):
        with self._cursor() as cr:
            cr.execute(SQL("DELETE FROM giftcard_circuit WHERE name = %s", name))

    @contextmanager
    def _cursor(self):
        with self.env.registry.cursor() as cr:
            read_committed(cr)
            yield cr
