from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.tools import SQL

from ...exceptions import CardNotUsable, InvalidAmount
from .act import Act

# What no movement changes and each step asks for.
STABLE = frozenset({"program_id", "company_id"})


class Grant(NamedTuple):
    """One credit of :meth:`GiftcardLedger._grant_many`.

    :param origin: of the lot, ``paid``, ``bonus`` or ``earned``
    :param expires_on: last day of use, or None
    :param bonus: what is given on top, as a lot of its own
    :param available_at: UTC datetime before which it cannot be spent, or None
    """

    act: Act
    card_id: int
    amount: Decimal
    origin: str
    expires_on: object = None
    bonus: Decimal = Decimal(0)
    available_at: object = None


class GiftcardLedger(models.AbstractModel):
    """The only writer of value.

    Amounts are positive, in the card's unit (currency or points), at most as fine as the precision "Gift Card Value";
    arithmetic is done by PostgreSQL on NUMERIC. Each method books one ``Act``; the same act again (same key, same
    request) returns what it returned first and changes nothing. Refusals are ``LedgerError``: let them roll back.

    The guarded UPDATE of the card row decides; lots are read by a later statement, so that in READ COMMITTED it sees
    them as they are once the row is locked. In REPEATABLE READ a concurrent change raises and Odoo retries the call.
    Cards are locked in ascending id. See ``docs/ledger.md``.
    """

    _name = "giftcard.ledger"
    _description = "Ledger of Gift Cards and Points"

    def _grant(self, act, card, amount, origin=None, expires_on=None):
        """Give value to a card: issue, load, earn.

        :return: the ``giftcard.operation``
        :raise InvalidAmount: when not positive or too fine
        :raise CardNotUsable: when the card is frozen or closed
        :raise IdempotencyConflict: when the key stands for another request
        """
        grant = Grant(act, card.id, amount, origin or card._ledger_origin(), expires_on or card._ledger_expiry())
        return self._grant_many([grant])

    def _grant_many(self, grants):
        """Book many credits in a fixed number of statements; those booked before are left as they are.

        :param grants: list of :class:`Grant` with distinct keys; keep chunks to some ten thousand
        :return: ``giftcard.operation`` records in the order of ``grants``
        """
        grants = [grant._replace(amount=self._amount(grant.amount)) for grant in grants]
        cards = self.env["loyalty.card"].browse({grant.card_id for grant in grants})
        self._lock(cards)
        columns = [
            (
                grant.act.kind,
                grant.act.key,
                grant.act.fingerprint(grant.card_id, grant.amount, grant.origin),
                *(grant.act.document or (None, None)),
                grant.act.store_id,
                grant.act.member_id,
                grant.act.reason,
                grant.card_id,
                grant.amount,
                grant.origin,
                grant.expires_on,
                grant.bonus,
            )
            for grant in grants
        ]
        [(refused,)] = self.env.execute_query(
            SQL(
                """
                WITH input AS (
                    SELECT *
                      FROM unnest(%(rows)s) WITH ORDINALITY
                        AS input (kind, key, hash, res_model, res_id, store_id, member_id, reason,
                                  card_id, amount, origin, expires_on, bonus, number)
                ), operation AS (
                    INSERT INTO giftcard_operation
                           (company_id, kind, idempotency_key, request_hash, date, res_model, res_id, store_id,
                            member_id, reason, create_uid, create_date)
                    SELECT COALESCE(card.company_id, %(company)s), kind, key, hash, %(now)s, res_model, res_id,
                           store_id, member_id, reason, %(uid)s, %(now)s
                      FROM input JOIN loyalty_card card ON card.id = input.card_id
                     ORDER BY number
                        ON CONFLICT (company_id, kind, idempotency_key) DO NOTHING
                 RETURNING id, kind, idempotency_key
                ), fresh AS (
                    SELECT operation.id AS operation_id, input.*,
                           amount + bonus AS total,
                           SUM(amount + bonus) OVER win AS running, ROW_NUMBER() OVER win AS step
                      FROM operation
                      JOIN input ON input.kind = operation.kind AND input.key = operation.idempotency_key
                    WINDOW win AS (PARTITION BY card_id ORDER BY number)
                ), total AS (
                    SELECT card_id, SUM(total) AS amount, MAX(amount) AS largest, COUNT(*) AS steps,
                           MIN(expires_on) AS expires_on
                      FROM fresh
                     GROUP BY card_id
                ), before AS (
                    SELECT card.id, card.balance, card.debt, card.version
                      FROM loyalty_card card JOIN total ON total.card_id = card.id
                ), moved AS (
                    UPDATE loyalty_card card
                       SET balance = card.balance + total.amount,
                           points = card.balance + total.amount - card.held,
                           debt = GREATEST(0, card.debt - total.amount),
                           version = card.version + total.steps,
                           next_expiry_on = LEAST(card.next_expiry_on, total.expires_on)
                      FROM total
                     WHERE card.id = total.card_id AND card.state = 'active'
                       AND NOT EXISTS (SELECT FROM loyalty_program program
                                        WHERE program.id = card.program_id
                                          AND (total.largest > NULLIF(program.max_load, 0)
                                               OR card.balance + total.amount > NULLIF(program.max_balance, 0)))
                 RETURNING card.id
                ), entry AS (
                    INSERT INTO giftcard_entry (operation_id, card_id, amount, balance, version, date)
                    SELECT operation_id, card_id, total, before.balance + running, before.version + step, %(now)s
                      FROM fresh JOIN before ON before.id = card_id
                     ORDER BY number
                 RETURNING id, operation_id
                ), settled AS (
                    SELECT entry.id AS entry_id, fresh.*,
                           LEAST(total, GREATEST(0, before.debt - (running - total))) AS covered
                      FROM entry JOIN fresh USING (operation_id) JOIN before ON before.id = card_id
                ), portion AS (
                    SELECT entry_id, number, card_id, origin, amount, LEAST(amount, covered) AS covered, expires_on
                      FROM settled
                 UNION ALL
                    SELECT entry_id, number, card_id, 'bonus', bonus, GREATEST(0, covered - amount), expires_on
                      FROM settled
                     WHERE bonus > 0
                ), lot AS (
                    INSERT INTO giftcard_lot (card_id, entry_id, origin, granted, remaining, held, expires_on)
                    SELECT card_id, entry_id, origin, amount, amount - covered, 0, expires_on
                      FROM portion
                     ORDER BY number
                 RETURNING id, entry_id, origin
                ), used AS (
                    INSERT INTO giftcard_lot_use (entry_id, lot_id, amount, returned)
                    SELECT entry_id, lot.id, covered, 0
                      FROM portion JOIN lot USING (entry_id, origin)
                     WHERE covered > 0
                )
                SELECT (SELECT json_agg(json_build_array(card_id, largest, amount)) FROM total
                         WHERE card_id NOT IN (SELECT id FROM moved))
                """,
                rows=self._columns(
                    columns,
                    "text text text text int4 int4 int4 text int4 numeric text date numeric",
                ),
                company=self.env.company.id,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        if refused:
            self._refuse_unusable(cards)
            self._refuse_limits(refused)
            raise RuntimeError(f"Cards {refused} refuse a credit for no known reason")
        self._changed(cards)
        return self._booked(columns)

    def _spend(self, act, card, amount):
        """Take value from a card, soonest-expiring lots first.

        :return: the ``giftcard.operation``
        :raise InsufficientBalance: when balance less holds is below ``amount``
        :raise CardNotUsable: when the card is frozen, closed or expired
        :raise InvalidAmount, IdempotencyConflict: as for :meth:`_grant`
        """
        amount = self._amount(amount)
        operation, fresh = self._open(act, card, card.id, amount)
        if fresh:
            self._count_use(card, amount)
            self._debit(operation, card, amount)
        return operation

    def _transfer(self, act, source, target, amount):
        """Move value between two cards of one unit; it keeps its origin and expiry.

        :return: the ``giftcard.operation``, with two entries that sum to zero
        :raise: as :meth:`_spend`
        """
        amount = self._amount(amount)
        if source == target:
            raise CardNotUsable(self.env._("Value cannot be moved from a card to itself."))
        if not source._ledger_same_unit(target):
            raise CardNotUsable(self.env._("These cards hold different kinds of value."))
        operation, fresh = self._open(act, source, source.id, target.id, amount)
        if fresh:
            self._carry(operation, source, target, amount)
        return operation

    def _set_state(self, act, card, state, allowed):
        """Freeze or unfreeze a card, as an operation without a movement.

        :param allowed: states from which it may go to ``state``
        :raise CardNotUsable: when it is in another one
        """
        operation, fresh = self._open(act, card, card.id, state)
        if fresh:
            self._transition(card, state, allowed)
        return operation

    # Building blocks

    def _carry(self, operation, source, target, amount, home=False):
        """Move value within an operation; see :meth:`_transfer`.

        :param home: the value returns to its holder, who may have blocked the card and filled it to its limit, from a
            card whose last day may be over
        """
        self._lock(source | target)
        if home:
            balance, version = self._move(source, -amount)
            taken = self._enter_debit(operation, source, amount, balance, version, self._free_lots(source, amount))
        else:
            self._refuse_limits([(target.id, 0, amount)])
            taken = self._debit(operation, source, amount)
        balance, version = self._move(target, amount, states=("active", "frozen") if home else ("active",))
        self.env.execute_query(
            SQL(
                """
                WITH entry AS (
                    INSERT INTO giftcard_entry (operation_id, card_id, amount, balance, version, date)
                    VALUES (%(operation)s, %(card)s, %(amount)s, %(balance)s, %(version)s, %(now)s)
                 RETURNING id
                ), lot AS (
                    INSERT INTO giftcard_lot (card_id, entry_id, origin, granted, remaining, held, expires_on)
                    SELECT %(card)s, entry.id, lot.origin, used.amount, used.amount, 0, lot.expires_on
                      FROM entry, giftcard_lot_use used JOIN giftcard_lot lot ON lot.id = used.lot_id
                     WHERE used.entry_id = %(taken)s
                 RETURNING expires_on
                )
                UPDATE loyalty_card
                   SET next_expiry_on = LEAST(next_expiry_on, (SELECT MIN(expires_on) FROM lot))
                 WHERE id = %(card)s
             RETURNING id
                """,
                operation=operation.id,
                card=target.id,
                amount=amount,
                balance=balance,
                version=version,
                taken=taken,
                now=fields.Datetime.now(),
            )
        )
        self._changed(target)

    def _amount(self, value):
        """:return: ``value`` as a positive Decimal that the precision carries. :raise InvalidAmount:"""
        unit = Decimal(1).scaleb(-self.env["decimal.precision"].precision_get("Gift Card Value"))
        try:
            amount = Decimal(str(value))
            exact = amount.is_finite() and amount == amount.quantize(unit)
        except InvalidOperation:
            exact = False
        if not exact or amount <= 0:
            raise InvalidAmount(
                self.env._(
                    "%(value)s is not an amount: it must be positive, in steps of %(unit)s.", value=value, unit=unit
                )
            )
        return amount.quantize(unit)

    def _today(self, company):
        """:return: the current date where the company is."""
        return fields.Date.context_today(self.with_context(tz=self._timezone(company.id)))

    @api.model
    @tools.ormcache("company_id", "self.env.uid")
    def _timezone(self, company_id):
        """:return: the name of the company's timezone, else the user's. Kept in memory: each movement asks for it."""
        # The timezone of a company is no secret.
        company = self.env["res.company"].sudo().browse(company_id)
        return company.partner_id.tz or self.env.user.tz or "UTC"

    def _open(self, act, card, *request, **links):
        """Book the operation's row, or find that it is booked.

        :param request: what must be equal for a repeat, beside kind and document
        :param links: further columns (``reversal_of_id``, ``refund_of_id``)
        :return: (``giftcard.operation``, whether it is new)
        :raise IdempotencyConflict:
        """
        self._flush()
        company = card.company_id or self.env.company
        fingerprint = act.fingerprint(*request)
        res_model, res_id = act.document or (None, None)
        values = {
            "company_id": company.id,
            "kind": act.kind,
            "idempotency_key": act.key,
            "request_hash": fingerprint,
            "date": fields.Datetime.now(),
            "res_model": res_model,
            "res_id": res_id,
            "store_id": act.store_id,
            "member_id": act.member_id,
            "reason": act.reason,
            "create_uid": self.env.uid,
            "create_date": fields.Datetime.now(),
            **links,
        }
        Operation = self.env["giftcard.operation"]
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO giftcard_operation (%s) VALUES %s
                    ON CONFLICT (company_id, kind, idempotency_key) DO NOTHING
                RETURNING id
                """,
                SQL(", ").join(map(SQL.identifier, values)),
                tuple(values.values()),
            )
        )
        if rows:
            return Operation.browse(rows[0]), True
        [(operation_id, known)] = self.env.execute_query(
            SQL(
                "SELECT id, request_hash FROM giftcard_operation"
                " WHERE company_id = %s AND kind = %s AND idempotency_key = %s",
                company.id,
                act.kind,
                act.key,
            )
        )
        if known != fingerprint:
            self._refuse_key(act.key)
        return Operation.browse(operation_id), False

    def _booked(self, columns):
        """:return: the operations of rows of :meth:`_grant_many`, whose requests must be the ones booked."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT operation.id, operation.request_hash = input.hash, input.key
                  FROM unnest(%s) WITH ORDINALITY AS input (kind, key, hash, card_id, number)
                  JOIN loyalty_card card ON card.id = input.card_id
                  JOIN giftcard_operation operation
                    ON operation.company_id = COALESCE(card.company_id, %s)
                   AND operation.kind = input.kind AND operation.idempotency_key = input.key
                 ORDER BY input.number
                """,
                self._columns([(row[0], row[1], row[2], row[8]) for row in columns], "text text text int4"),
                self.env.company.id,
            )
        )
        for __, same, key in rows:
            if not same:
                self._refuse_key(key)
        return self.env["giftcard.operation"].browse([operation_id for operation_id, *__ in rows])

    def _columns(self, rows, types):
        """:return: ``rows`` as typed arrays, one a column, for ``unnest``."""
        columns = list(zip(*rows, strict=True))
        return SQL(", ").join(
            SQL("%s::%s[]", list(column), SQL.identifier(kind))
            for column, kind in zip(columns, types.split(), strict=True)
        )

    def _lock(self, cards):
        """Lock the cards' rows until the transaction ends, in ascending id: no two callers wait for each other."""
        self._flush()
        self.env.execute_query(
            SQL(
                "SELECT id FROM loyalty_card WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
                sorted(cards.ids),
            )
        )

    def _move(self, card, amount=Decimal(0), held=Decimal(0), debt=Decimal(0), spend=Decimal(0), states=("active",)):
        """The guarded statement that decides: change a card's totals, or refuse.

        The row is locked from here on, and others may wait for it: the statement that writes the entry and the lots
        comes next, and only then the cache is told (:meth:`_changed`).

        :param spend: what must be free (balance less holds); checked in the same statement, with the card's expiry
        :return: (balance, version) after it
        """
        today = self._today(card.company_id or self.env.company)
        guard = (
            SQL(
                """ AND balance - held >= %s AND (next_expiry_on IS NULL OR next_expiry_on >= %s)
                    AND (expiration_date IS NULL OR expiration_date >= %s)""",
                spend,
                today,
                today,
            )
            if spend
            else SQL()
        )
        statement = SQL(
            """
            UPDATE loyalty_card
               SET balance = balance + %(amount)s,
                   held = held + %(held)s,
                   debt = debt + %(debt)s,
                   points = balance + %(amount)s - held - %(held)s,
                   version = version + %(step)s
             WHERE id = %(card)s AND state IN %(states)s %(guard)s
         RETURNING balance, version
            """,
            amount=amount,
            held=held,
            debt=debt,
            step=1 if amount else 0,
            card=card.id,
            states=tuple(states),
            guard=guard,
        )
        rows = self.env.execute_query(statement)
        if not rows and spend and (self._expire_cards(card, today) | self._release_lapsed_of(card)):
            rows = self.env.execute_query(statement)
        if not rows:
            self._refuse_unusable(card, states=states)
            self._refuse_amount(card, today)
        return rows[0]

    def _free_lots(self, card, amount):
        """CTE ``part (lot_id, amount)``: the lots that ``amount`` is taken from, in the program's order of use."""
        return SQL(
            """
            free AS (
                SELECT lot.id, lot.remaining - lot.held AS amount,
                       SUM(lot.remaining - lot.held) OVER (ORDER BY %(order)s) AS running
                  FROM giftcard_lot lot
                  JOIN loyalty_card card ON card.id = lot.card_id
                  JOIN loyalty_program program ON program.id = card.program_id
                 WHERE lot.card_id = %(card)s AND lot.remaining > lot.held
                   AND (lot.expires_on IS NULL OR lot.expires_on >= %(today)s)
            ), part AS (
                SELECT id AS lot_id, LEAST(amount, %(amount)s - (running - amount)) AS amount
                  FROM free
                 WHERE running - amount < %(amount)s
            )
            """,
            card=card.id,
            amount=amount,
            order=self._use_order(),
            today=self._today(card.company_id or self.env.company),
        )

    def _use_order(self):
        """:return: SQL by which the lots ``lot`` of a card of ``program`` are used"""
        return SQL("lot.expires_on, lot.id")

    def _debit(self, operation, card, amount):
        """Take ``amount`` from what is free on the card. :return: the entry's id"""
        balance, version = self._move(card, -amount, spend=amount)
        return self._enter_debit(operation, card, amount, balance, version, self._free_lots(card, amount))

    def _enter_debit(self, operation, card, amount, balance, version, parts, owed=Decimal(0)):
        """Write the entry of a debit and take it from the lots of ``parts``.

        :param parts: SQL of a CTE ``part (lot_id, amount)``, which adds up to ``amount - owed``
        :return: the entry's id
        """
        [(entry_id, taken)] = self.env.execute_query(
            SQL(
                """
                WITH %(parts)s, entry AS (
                    INSERT INTO giftcard_entry (operation_id, card_id, amount, balance, version, date)
                    VALUES (%(operation)s, %(card)s, -%(amount)s, %(balance)s, %(version)s, %(now)s)
                 RETURNING id
                ), lot AS (
                    UPDATE giftcard_lot lot
                       SET remaining = lot.remaining - part.amount
                      FROM part
                     WHERE lot.id = part.lot_id
                ), used AS (
                    INSERT INTO giftcard_lot_use (entry_id, lot_id, amount, returned)
                    SELECT entry.id, part.lot_id, part.amount, 0
                      FROM entry, part
                )
                SELECT (SELECT id FROM entry), COALESCE((SELECT SUM(amount) FROM part), 0)
                """,
                parts=parts,
                operation=operation.id,
                card=card.id,
                amount=amount,
                balance=balance,
                version=version,
                now=fields.Datetime.now(),
            )
        )
        if taken != float(amount - owed):
            raise RuntimeError(f"The lots of card {card.id} do not add up to its balance")
        self._changed(card)
        return entry_id

    # Cache

    def _flush(self):
        self.env["loyalty.card"].flush_model()
        self.env["loyalty.program"].flush_model()

    def _changed(self, cards):
        cards.invalidate_recordset([name for name in cards._fields if name not in STABLE], flush=False)
        cards.modified(["points", "balance", "held", "debt", "version", "state"])
        for model in ("giftcard.lot", "giftcard.lot.use", "giftcard.hold"):
            self.env[model].invalidate_model(flush=False)
