from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ...exceptions import AlreadyResolved, InvalidAmount


class GiftcardLedger(models.AbstractModel):
    """Holds: value set aside, then captured or released exactly once."""

    _inherit = "giftcard.ledger"

    def _hold(self, act, card, amount, seconds=None, reference=None):
        """Set value aside, bound to the lots it will come from. ``act.kind`` is not used: a hold moves nothing.

        :param seconds: after which it lapses; None: it waits for its document
        :param reference: by which it is found again when it has no document yet
        :return: the ``giftcard.hold``
        :raise: as :meth:`_spend`
        """
        amount = self._amount(amount)
        self._flush()
        company = card.company_id or self.env.company
        fingerprint = act.fingerprint(card.id, amount)
        now = fields.Datetime.now()
        res_model, res_id = act.document or (None, None)
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO giftcard_hold
                       (company_id, card_id, idempotency_key, request_hash, amount, state, expires_at, res_model,
                        res_id, store_id, member_id, reference, create_uid, create_date)
                VALUES (%s, %s, %s, %s, %s, 'open', %s, %s, %s, %s, %s, %s, %s, %s)
                    ON CONFLICT (company_id, idempotency_key) DO NOTHING
             RETURNING id
                """,
                company.id,
                card.id,
                act.key,
                fingerprint,
                amount,
                now + timedelta(seconds=seconds) if seconds else None,
                res_model,
                res_id,
                act.store_id,
                act.member_id,
                reference,
                self.env.uid,
                now,
            )
        )
        if not rows:
            # Ids and hash only: the caller gets a record under its own rights.
            hold = (
                self.env["giftcard.hold"]
                .sudo()
                .search([("company_id", "=", company.id), ("idempotency_key", "=", act.key)])
            )
            if hold.request_hash != fingerprint:
                self._refuse_key(act.key)
            return hold.with_env(self.env)
        hold = self.env["giftcard.hold"].browse(rows[0])
        self._count_use(card, amount)
        self._move(card, held=amount, spend=amount)
        [(bound,)] = self.env.execute_query(
            SQL(
                """
                WITH %(parts)s, lot AS (
                    UPDATE giftcard_lot lot
                       SET held = lot.held + part.amount
                      FROM part
                     WHERE lot.id = part.lot_id
                ), bound AS (
                    INSERT INTO giftcard_hold_lot (hold_id, lot_id, amount)
                    SELECT %(hold)s, lot_id, amount FROM part
                )
                SELECT COALESCE(SUM(amount), 0) FROM part
                """,
                parts=self._free_lots(card, amount),
                hold=hold.id,
            )
        )
        if bound != float(amount):
            raise RuntimeError(f"The lots of card {card.id} do not add up to its balance")
        self._changed(card)
        return hold

    def _capture(self, act, hold, amount=None):
        """Take what a hold set aside; what is not captured becomes free again.

        :param amount: part to take, at most the hold's; None: all
        :return: the ``giftcard.operation``
        :raise AlreadyResolved: when the hold was captured by another act, released, or has lapsed
        :raise InvalidAmount: when more than the hold's amount is asked for
        """
        # The hold is the ledger's own record: the caller need not be allowed to read it.
        card, held = hold.sudo().card_id.with_env(self.env), self._amount(hold.sudo().amount)
        amount = held if amount is None else self._amount(amount)
        if amount > held:
            raise InvalidAmount(self.env._("More than the hold's %g cannot be captured.", held))
        operation, fresh = self._open(act, card, "capture", hold.id, amount)
        if not fresh:
            return operation
        self._resolve(hold, "captured", operation)
        balance, version = self._move(card, -amount, held=-held)
        self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_lot lot SET held = lot.held - bound.amount
                  FROM giftcard_hold_lot bound
                 WHERE bound.hold_id = %s AND lot.id = bound.lot_id
             RETURNING lot.id
                """,
                hold.id,
            )
        )
        parts = SQL(
            """
            bound AS (
                SELECT lot.id, bound.amount, SUM(bound.amount) OVER (ORDER BY %(order)s) AS running
                  FROM giftcard_hold_lot bound
                  JOIN giftcard_lot lot ON lot.id = bound.lot_id
                  JOIN loyalty_card card ON card.id = lot.card_id
                  JOIN loyalty_program program ON program.id = card.program_id
                 WHERE bound.hold_id = %(hold)s
            ), part AS (
                SELECT id AS lot_id, LEAST(amount, %(amount)s - (running - amount)) AS amount
                  FROM bound
                 WHERE running - amount < %(amount)s
            )
            """,
            hold=hold.id,
            amount=amount,
            order=self._use_order(),
        )
        self._enter_debit(operation, card, amount, balance, version, parts)
        if amount < held:
            self._recall_expiry(hold)
            self._uncount(hold, held - amount)
        return operation

    def _release(self, holds, state="released"):
        """Free what the holds set aside.

        :param state: ``released`` by a decision, ``lapsed`` by time
        :raise AlreadyResolved: when one of them is not open
        """
        self._resolve(holds, state)
        self.env.execute_query(
            SQL(
                """
                SELECT card.id
                  FROM loyalty_card card JOIN giftcard_hold hold ON hold.card_id = card.id
                 WHERE hold.id = ANY(%s)
                 ORDER BY card.id
                   FOR NO KEY UPDATE OF card
                """,
                holds.ids,
            )
        )
        rows = self.env.execute_query(
            SQL(
                """
                WITH lot AS (
                    UPDATE giftcard_lot lot SET held = lot.held - bound.amount
                      FROM (SELECT lot_id, SUM(amount) AS amount
                              FROM giftcard_hold_lot
                             WHERE hold_id = ANY(%(holds)s)
                             GROUP BY lot_id) bound
                     WHERE lot.id = bound.lot_id
                )
                UPDATE loyalty_card card
                   SET held = card.held - hold.amount, points = card.balance - card.held + hold.amount
                  FROM (SELECT card_id, SUM(amount) AS amount
                          FROM giftcard_hold
                         WHERE id = ANY(%(holds)s)
                         GROUP BY card_id) hold
                 WHERE card.id = hold.card_id
             RETURNING card.id
                """,
                holds=holds.ids,
            )
        )
        self._recall_expiry(holds)
        self._changed(self.env["loyalty.card"].browse([card_id for (card_id,) in rows]))

    def _release_lapsed(self, limit=1000):
        """Release holds whose time is over, in chunks that other transactions do not wait for (cron)."""
        seconds = 1
        while seconds and (holds := self._lapsed(SQL("TRUE"), limit)):
            self._release(holds, "lapsed")
            seconds = self.env["ir.cron"]._commit_progress(len(holds))

    def _release_lapsed_of(self, card):
        """:return: whether holds of this card had lapsed, and were released"""
        holds = self._lapsed(SQL("card_id = %s", card.id))
        if holds:
            self._release(holds, "lapsed")
        return bool(holds)

    def _held_for(self, reference):
        """:return: the open holds of a reference, locked"""
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM giftcard_hold WHERE reference = %s AND state = 'open' ORDER BY id FOR NO KEY UPDATE",
                reference,
            )
        )
        return self.env["giftcard.hold"].browse([hold_id for (hold_id,) in rows])

    def _lapsed(self, condition, limit=None):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM giftcard_hold
                 WHERE state = 'open' AND expires_at < %s AND %s
                 ORDER BY expires_at
                 LIMIT %s
                   FOR NO KEY UPDATE SKIP LOCKED
                """,
                fields.Datetime.now(),
                condition,
                limit,
            )
        )
        return self.env["giftcard.hold"].browse([hold_id for (hold_id,) in rows])

    def _resolve(self, holds, state, operation=None):
        """The guarded statement that lets one of several resolutions win."""
        self._flush()
        in_time = SQL(" AND (expires_at IS NULL OR expires_at >= %s)", fields.Datetime.now())
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_hold SET state = %s, resolved_at = %s, operation_id = %s
                 WHERE id = ANY(%s) AND state = 'open' %s
             RETURNING id
                """,
                state,
                fields.Datetime.now(),
                operation.id if operation else None,
                holds.ids,
                in_time if state == "captured" else SQL(),
            )
        )
        if len(rows) < len(holds):
            raise AlreadyResolved(self.env._("The held value has been captured or released already."))
        holds.invalidate_recordset(flush=False)

    def _recall_expiry(self, holds):
        """Freed value may be past its day: let the card's next expiry date know."""
        self.env.execute_query(
            SQL(
                """
                UPDATE loyalty_card card SET next_expiry_on = LEAST(card.next_expiry_on, lot.expires_on)
                  FROM (SELECT lot.card_id, MIN(lot.expires_on) AS expires_on
                          FROM giftcard_hold_lot bound JOIN giftcard_lot lot ON lot.id = bound.lot_id
                         WHERE bound.hold_id = ANY(%s) AND lot.remaining > lot.held
                         GROUP BY lot.card_id) lot
                 WHERE card.id = lot.card_id AND lot.expires_on IS NOT NULL
             RETURNING card.id
                """,
                holds.ids,
            )
        )
