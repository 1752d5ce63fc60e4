from decimal import Decimal

from odoo import fields, models
from odoo.tools import SQL

from ...exceptions import AlreadyResolved, InsufficientBalance


class GiftcardLedger(models.AbstractModel):
    """Refunds and reversals: value goes back to the lots it came from, with their dates."""

    _inherit = "giftcard.ledger"

    def _refund(self, act, operation, amount=None):
        """Give back what an operation took, all of the rest or a part.

        :param operation: a spend; it is read with the ledger's rights
        :param amount: None: all that was not given back before
        :return: the ``giftcard.operation`` of the refund
        :raise AlreadyResolved: when less than ``amount`` is left to give back
        """
        taken = operation.sudo().entry_ids.filtered(lambda entry: entry.amount < 0)
        taken.ensure_one()
        card = taken.card_id.with_env(self.env)
        asked = None if amount is None else self._amount(amount)
        refund, fresh = self._open(act, card, "refund", operation.id, asked, refund_of_id=operation.id)
        if fresh:
            self._lock(card | self._heir(card))
            self._give_back(refund, taken, asked or self._not_returned(taken))
        return refund

    def _claw_back(self, act, operation, amount=None):
        """Take back what an operation granted, all of the rest or a part, from the lots it made as far as they have it.

        :param act: of kind ``reverse``
        :param operation: a grant; it is read with the ledger's rights
        :param amount: None: all that was not taken back before
        :return: the ``giftcard.operation``
        :raise AlreadyResolved: when less than ``amount`` is left to take back
        :raise InsufficientBalance: when it is spent and the programme allows no debt
        """
        granted = operation.sudo().entry_ids.filtered(lambda entry: entry.amount > 0)
        granted.ensure_one()
        card = granted.card_id.with_env(self.env)
        asked = None if amount is None else self._amount(amount)
        back, fresh = self._open(act, card, "claw back", operation.id, asked, refund_of_id=operation.id)
        if fresh:
            self._lock(card)
            if self.env.execute_query(SQL("SELECT 1 FROM giftcard_operation WHERE reversal_of_id = %s", operation.id)):
                raise AlreadyResolved(self.env._("%s has been reversed already.", operation.sudo().display_name))
            self._take_back(back, granted, asked or self._not_taken_back(granted))
        return back

    def _reverse(self, act, operation):
        """Undo an operation as a whole, once. What a card no longer has becomes its debt, where the programme allows.

        :return: the ``giftcard.operation`` of the reversal
        :raise AlreadyResolved: when it was reversed, or refunded in part, before
        :raise InsufficientBalance: when granted value is spent and the programme allows no debt
        """
        entries = operation.sudo().entry_ids.sorted("card_id")
        cards = entries.card_id.with_env(self.env)
        rows = self.env.execute_query(
            SQL("SELECT idempotency_key FROM giftcard_operation WHERE reversal_of_id = %s", operation.id)
        )
        if rows and rows[0][0] != act.key:
            raise AlreadyResolved(self.env._("%s has been reversed already.", operation.sudo().display_name))
        reversal, fresh = self._open(act, cards[:1], "reverse", operation.id, reversal_of_id=operation.id)
        if not fresh:
            return reversal
        self._lock(cards.union(*map(self._heir, cards)))
        for entry in entries:
            if entry.amount < 0:
                self._give_back(reversal, entry, -self._decimal(entry.amount))
            else:
                self._take_back(reversal, entry, self._decimal(entry.amount))
        return reversal

    def _give_back(self, operation, entry, amount):
        """Credit ``amount`` of what ``entry`` took to the lots it came from; the latest-expiring first."""
        card = entry.card_id.with_env(self.env)
        if amount <= 0 or amount > self._not_returned(entry):
            raise AlreadyResolved(
                self.env._("Of this operation no more than %g can be given back.", self._not_returned(entry))
            )
        self._reopen(card)
        balance, version = self._move(card, amount, states=("active", "frozen"))
        self.env.execute_query(
            SQL(
                """
                WITH unreturned AS (
                    SELECT used.id, used.lot_id, used.amount - used.returned AS amount,
                           SUM(used.amount - used.returned) OVER (ORDER BY lot.expires_on DESC, lot.id DESC) AS running
                      FROM giftcard_lot_use used JOIN giftcard_lot lot ON lot.id = used.lot_id
                     WHERE used.entry_id = %(taken)s AND used.returned < used.amount
                ), part AS (
                    SELECT id, lot_id, LEAST(amount, %(amount)s - (running - amount)) AS amount
                      FROM unreturned
                     WHERE running - amount < %(amount)s
                ), used AS (
                    UPDATE giftcard_lot_use used SET returned = used.returned + part.amount
                      FROM part
                     WHERE used.id = part.id
                ), lot AS (
                    UPDATE giftcard_lot lot SET remaining = lot.remaining + part.amount
                      FROM part
                     WHERE lot.id = part.lot_id
                 RETURNING lot.expires_on
                ), entry AS (
                    INSERT INTO giftcard_entry (operation_id, card_id, amount, balance, version, date)
                    VALUES (%(operation)s, %(card)s, %(amount)s, %(balance)s, %(version)s, %(now)s)
                )
                UPDATE loyalty_card
                   SET next_expiry_on = LEAST(next_expiry_on, (SELECT MIN(expires_on) FROM lot)),
                       debt = debt - (%(amount)s - (SELECT COALESCE(SUM(amount), 0) FROM part))
                 WHERE id = %(card)s
             RETURNING id
                """,
                taken=entry.id,
                operation=operation.id,
                card=card.id,
                amount=amount,
                balance=balance,
                version=version,
                now=fields.Datetime.now(),
            )
        )
        self._changed(card)

    def _not_returned(self, entry):
        """What of a debit can still be given back: the rest of its lot uses, and of its debt what still stands."""
        [(rest, owed)] = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(SUM(used.amount - used.returned), 0),
                       LEAST(card.debt, -entry.amount - COALESCE(SUM(used.amount), 0))
                  FROM giftcard_entry entry
                  JOIN loyalty_card card ON card.id = entry.card_id
             LEFT JOIN giftcard_lot_use used ON used.entry_id = entry.id
                 WHERE entry.id = %s
                 GROUP BY entry.id, card.id
                """,
                entry.id,
            )
        )
        return self._decimal(rest) + self._decimal(owed)

    def _not_taken_back(self, entry):
        """:return: what of a grant was not clawed back, be it from the card its card was merged into"""
        [(rest,)] = self.env.execute_query(
            SQL(
                """
                SELECT granted.amount + COALESCE(SUM(back.amount), 0)
                  FROM giftcard_entry granted
             LEFT JOIN giftcard_operation undoing ON undoing.refund_of_id = granted.operation_id
             LEFT JOIN giftcard_entry back ON back.operation_id = undoing.id AND back.amount < 0
                 WHERE granted.id = %s
                 GROUP BY granted.id
                """,
                entry.id,
            )
        )
        return self._decimal(rest)

    def _take_back(self, operation, entry, amount):
        """Debit ``amount`` of what ``entry`` granted: from its own lots, then from others, then as debt if allowed.

        What a card had that was merged or replaced since is taken from the card that has it now.
        """
        if amount <= 0 or amount > self._not_taken_back(entry):
            raise AlreadyResolved(
                self.env._("Of this operation no more than %g can be taken back.", self._not_taken_back(entry))
            )
        card = entry.card_id
        while card.state in ("closed", "replaced") and card.successor_id:
            card = card.successor_id
        card = card.with_env(self.env)
        self._lock(card)
        parts = SQL(
            """
            free AS (
                SELECT id, remaining - held AS amount,
                       SUM(remaining - held) OVER (ORDER BY entry_id <> %(entry)s, expires_on, id) AS running
                  FROM giftcard_lot
                 WHERE card_id = %(card)s AND remaining > held
            ), part AS (
                SELECT id AS lot_id, LEAST(amount, %(amount)s - (running - amount)) AS amount
                  FROM free
                 WHERE running - amount < %(amount)s
            )
            """,
            entry=entry.id,
            card=card.id,
            amount=amount,
        )
        [(found,)] = self.env.execute_query(SQL("WITH %s SELECT COALESCE(SUM(amount), 0) FROM part", parts))
        owed = amount - self._decimal(found)
        # The programme and the code are read with the ledger's rights.
        if owed and not card.sudo().program_id.debt_allowed:
            raise InsufficientBalance(
                self.env._(
                    "Card %(code)s has only %(available)g left to take back.",
                    code=card.sudo().code,
                    available=found,
                ),
                found,
            )
        balance, version = self._move(card, -amount, debt=owed, states=("active", "frozen"))
        self._enter_debit(operation, card, amount, balance, version, parts, owed)

    def _decimal(self, value):
        """:return: a NUMERIC, which arrives as float, as the Decimal it is"""
        digits = self.env["decimal.precision"].precision_get("Gift Card Value")
        return Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits))
