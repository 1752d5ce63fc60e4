from uuid import uuid4

from odoo import fields, models
from odoo.tools import SQL


class GiftcardLedger(models.AbstractModel):
    """Value that is there but cannot be used yet: the window in which goods may come back.

    It is held by the ledger itself until then, so the one guard of a spend (balance less holds) knows it, expiry leaves
    it alone, and it becomes free as any hold that lapses: by the cron, set-based, or at the spend that needs it.
    """

    _inherit = "giftcard.ledger"

    def _grant_many(self, grants):
        operations = super()._grant_many(grants)
        waiting = {
            operation.id: grant.available_at
            for operation, grant in zip(operations, grants, strict=True)
            if grant.available_at and grant.available_at > fields.Datetime.now()
        }
        if waiting:
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT entry.operation_id, lot.id, lot.remaining
                      FROM giftcard_entry entry JOIN giftcard_lot lot ON lot.entry_id = entry.id
                     WHERE entry.operation_id = ANY(%s) AND lot.remaining > 0
                    """,
                    list(waiting),
                )
            )
            self._pend(
                [
                    (f"pending/{operation_id}/{lot_id}", lot_id, self._decimal(rest), waiting[operation_id])
                    for operation_id, lot_id, rest in rows
                ]
            )
        return operations

    def _retire(self, act, source, target, state):
        """What waits goes along, and waits there."""
        self._lock_with_waiting(source | target)
        waiting = self._stop_waiting(SQL("hold.card_id = %s", source.id))
        operation = super()._retire(act, source, target, state)
        self._wait_again(operation, SQL("lot.card_id = %s", target.id), waiting)
        return operation

    def _end(self, act, card):
        self._lock_with_waiting(card)
        self._stop_waiting(SQL("hold.card_id = %s", card.id))
        return super()._end(act, card)

    def _take_back(self, operation, entry, amount):
        """What comes back within the window is taken from what waits; the rest waits on."""
        card, heir = entry.card_id, self._heir(entry.card_id)
        mine = SQL(
            "hold.id IN (SELECT bound.hold_id FROM giftcard_hold_lot bound JOIN giftcard_lot lot"
            " ON lot.id = bound.lot_id WHERE lot.entry_id = %s)",
            entry.id,
        )
        lots = SQL("lot.entry_id = %s", entry.id)
        if heir != card:
            # Where its value was moved, nothing says of which credit a lot is.
            mine, lots = SQL("hold.card_id = %s", heir.id), SQL("lot.card_id = %s", heir.id)
        self._lock(card | heir)
        waiting = self._stop_waiting(mine)
        result = super()._take_back(operation, entry, amount)
        self._wait_again(operation, lots, waiting)
        return result

    def _claw_back(self, act, operation, amount=None):
        self._lock_with_heirs(operation)
        return super()._claw_back(act, operation, amount)

    def _reverse(self, act, operation):
        self._lock_with_heirs(operation)
        return super()._reverse(act, operation)

    def _lock_with_heirs(self, operation):
        # The ledger's own record: the caller need not be allowed to read it.
        cards = operation.sudo().entry_ids.card_id
        self._lock_with_waiting(cards.union(*map(self._heir, cards)))

    def _lock_with_waiting(self, cards):
        """Lock cards, and before them, as everywhere, the holds of what waits on them."""
        self.env.execute_query(
            SQL(
                "SELECT id FROM giftcard_hold WHERE card_id = ANY(%s) AND pending AND state = 'open'"
                " ORDER BY id FOR NO KEY UPDATE",
                cards.ids,
            )
        )
        self._lock(cards)

    def _stop_waiting(self, condition):
        """Free what waits, to move it.

        :param condition: SQL on ``hold``
        :return: list of (amount, until when it waited), the latest first
        """
        self._flush()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT hold.id, hold.amount, hold.expires_at FROM giftcard_hold hold
                 WHERE hold.pending AND hold.state = 'open' AND %s
                 ORDER BY hold.expires_at DESC, hold.id
                   FOR NO KEY UPDATE
                """,
                condition,
            )
        )
        if rows:
            self._release(self.env["giftcard.hold"].browse([hold_id for hold_id, *__ in rows]))
        return [(self._decimal(amount), until) for __, amount, until in rows]

    def _wait_again(self, operation, condition, waiting):
        """Let what was moved, or is left, wait as long as before.

        :param condition: SQL on ``lot``: where it is now
        :param waiting: of :meth:`_stop_waiting`
        """
        if not waiting:
            return
        rows = self.env.execute_query(
            SQL(
                "SELECT lot.id, lot.remaining - lot.held FROM giftcard_lot lot"
                " WHERE lot.remaining > lot.held AND %s ORDER BY lot.id DESC",
                condition,
            )
        )
        pieces = []
        lots = [[lot_id, self._decimal(free)] for lot_id, free in rows]
        for amount, until in waiting:
            for lot in lots:
                if part := min(amount, lot[1]):
                    amount -= part
                    lot[1] -= part
                    pieces.append((f"pending/{operation.id}/{uuid4().hex}", lot[0], part, until))
        if pieces:
            self._pend(pieces)

    def _pend(self, pieces):
        """Hold parts of lots until they may be used; those held before, by key, are left as they are.

        :param pieces: list of (key, ``giftcard.lot`` id, amount, UTC datetime)
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH input AS (
                    SELECT * FROM unnest(%(pieces)s) AS input (key, lot_id, amount, until)
                ), hold AS (
                    INSERT INTO giftcard_hold
                           (company_id, card_id, idempotency_key, request_hash, amount, state, expires_at, pending,
                            res_model, res_id, store_id, member_id, create_uid, create_date)
                    SELECT operation.company_id, lot.card_id, input.key, '', input.amount, 'open', input.until, TRUE,
                           operation.res_model, operation.res_id, operation.store_id, operation.member_id, %(uid)s,
                           %(now)s
                      FROM input
                      JOIN giftcard_lot lot ON lot.id = input.lot_id
                      JOIN giftcard_entry entry ON entry.id = lot.entry_id
                      JOIN giftcard_operation operation ON operation.id = entry.operation_id
                     ORDER BY lot.id
                        ON CONFLICT (company_id, idempotency_key) DO NOTHING
                 RETURNING id, card_id, amount, idempotency_key
                ), bound AS (
                    INSERT INTO giftcard_hold_lot (hold_id, lot_id, amount)
                    SELECT hold.id, input.lot_id, hold.amount
                      FROM hold JOIN input ON input.key = hold.idempotency_key
                ), lot AS (
                    UPDATE giftcard_lot lot
                       SET held = lot.held + part.amount
                      FROM (SELECT input.lot_id, SUM(hold.amount) AS amount
                              FROM hold JOIN input ON input.key = hold.idempotency_key
                             GROUP BY input.lot_id) part
                     WHERE lot.id = part.lot_id
                )
                UPDATE loyalty_card card
                   SET held = card.held + total.amount, points = card.balance - card.held - total.amount
                  FROM (SELECT card_id, SUM(amount) AS amount FROM hold GROUP BY card_id) total
                 WHERE card.id = total.card_id
             RETURNING card.id
                """,
                pieces=self._columns(pieces, "text int4 numeric timestamp"),
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self._changed(self.env["loyalty.card"].browse([card_id for (card_id,) in rows]))

    def _invariants(self):
        return super()._invariants() | {
            "no more is taken back than was granted": SQL(
                """
                SELECT granted.id AS entry_id, granted.amount, SUM(back.amount) AS taken_back
                  FROM giftcard_entry granted
                  JOIN giftcard_operation undoing ON undoing.refund_of_id = granted.operation_id
                  JOIN giftcard_entry back ON back.operation_id = undoing.id AND back.amount < 0
                 WHERE granted.amount > 0
                 GROUP BY granted.id
                HAVING granted.amount + SUM(back.amount) < 0
                """
            ),
            "value that cannot be used yet says from when it can": SQL(
                "SELECT id AS hold_id FROM giftcard_hold WHERE pending AND expires_at IS NULL"
            ),
        }
