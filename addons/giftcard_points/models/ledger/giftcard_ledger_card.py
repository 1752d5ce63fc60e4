from odoo import models
from odoo.tools import SQL

from ...exceptions import CardNotUsable, InvalidAmount
from ...sql import assignments

# States in which a card is not at its end.
LIVE = ("generated", "active", "frozen", "used")


class GiftcardLedger(models.AbstractModel):
    """The life of a card: blocked, replaced, merged, extended, used up, ended."""

    _inherit = "giftcard.ledger"

    def _spend(self, act, card, amount):
        if act.kind == "spend":
            self._refuse_part(card, amount)
        return super()._spend(act, card, amount)

    def _hold(self, act, card, amount, seconds=None, reference=None):
        self._refuse_part(card, amount)
        return super()._hold(act, card, amount, seconds, reference)

    def _retire(self, act, source, target, state):
        """Move all that is on a card to another one and end it, for good.

        :param act: of kind ``replace`` or ``merge``
        :param source: an active or frozen card without holds and debt
        :param state: of ``source`` afterwards: ``replaced`` or ``closed``
        :return: the ``giftcard.operation``
        :raise CardNotUsable: when there are holds or debt on the card, or it cannot move its value
        """
        if source == target:
            raise CardNotUsable(self.env._("Value cannot be moved from a card to itself."))
        if not source._ledger_same_unit(target):
            raise CardNotUsable(self.env._("These cards hold different kinds of value."))
        operation, fresh = self._open(act, source, source.id, target.id, state)
        if fresh:
            self._lock(source | target)
            self._transition(source, "active", ("active", "frozen"))
            self._expire_cards(source, self._today(source.company_id or self.env.company))
            if free := self._free_of_claims(source):
                self._carry(operation, source, target, free, home=state == "replaced")
            self._transition(source, state, ("active", "used"), successor_id=target.id, **self._laid_aside(source))
        return operation

    def _end(self, act, card):
        """Expire a card before its time, with all that is on it, for good.

        :param act: of kind ``expire``
        :raise CardNotUsable: when there are holds or debt on the card, or it has ended before
        """
        operation, fresh = self._open(act, card, card.id, "expired")
        if fresh:
            self._lock(card)
            if free := self._free_of_claims(card):
                balance, version = self._move(card, -free, states=LIVE)
                parts = SQL(
                    "part AS (SELECT id AS lot_id, remaining AS amount FROM giftcard_lot"
                    " WHERE card_id = %s AND remaining > 0)",
                    card.id,
                )
                self._enter_debit(operation, card, free, balance, version, parts)
            self._transition(card, "expired", LIVE, **self._laid_aside(card))
        return operation

    def _extend(self, act, card, day):
        """Let a card, and the value still on it, be used until ``day``; what has expired before stays expired.

        :param day: date
        :raise CardNotUsable: when the card has ended, or ``day`` is over or no later than before
        """
        operation, fresh = self._open(act, card, card.id, day)
        if not fresh:
            return operation
        self._lock(card)
        today = self._today(card.company_id or self.env.company)
        self._expire_cards(card, today)
        card.invalidate_recordset(flush=False)
        if day < today or (card.sudo().expiration_date and day <= card.sudo().expiration_date):
            raise CardNotUsable(self.env._("The new last day has to be later than the one before, and not over."))
        self.env.execute_query(
            SQL(
                "UPDATE giftcard_lot SET expires_on = %s"
                " WHERE card_id = %s AND remaining > 0 AND expires_on < %s RETURNING id",
                day,
                card.id,
                day,
            )
        )
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE loyalty_card card
                   SET expiration_date = CASE WHEN card.expiration_date IS NOT NULL THEN %(day)s::date END,
                       next_expiry_on = lot.expires_on
                  FROM (SELECT MIN(expires_on) AS expires_on FROM giftcard_lot
                         WHERE card_id = %(card)s AND remaining > held) lot
                 WHERE card.id = %(card)s AND card.state IN ('generated', 'active', 'frozen')
             RETURNING card.id
                """,
                day=day,
                card=card.id,
            )
        )
        if not rows:
            self._refuse_unusable(card, states=("generated", "active", "frozen"))
        self._changed(card)
        return operation

    def _end_outdated(self, limit=10000):
        """Mark paper cards past their last day as expired, once their value has left the ledger, in chunks (cron)."""
        for company in self.env["res.company"].search([]):  # pylint: disable=no-search-all; all of them, and few
            seconds = 1
            while seconds and (ended := self._end_some_outdated(company, limit)):
                seconds = self.env["ir.cron"]._commit_progress(ended)

    def _end_some_outdated(self, company, limit):
        """:return: how many cards have been marked"""
        rows = self.env.execute_query(
            SQL(
                """
                WITH outdated AS MATERIALIZED (
                    SELECT id FROM loyalty_card
                     WHERE batch_id IS NOT NULL AND state IN ('generated', 'active')
                       AND expiration_date < %s AND balance = 0 AND held = 0
                       AND COALESCE(company_id, %s) = %s
                     ORDER BY expiration_date, id
                     LIMIT %s
                       FOR NO KEY UPDATE SKIP LOCKED
                )
                UPDATE loyalty_card card SET state = 'expired'
                  FROM outdated
                 WHERE card.id = outdated.id
             RETURNING card.id
                """,
                self._today(company),
                self.env.company.id,
                company.id,
                limit,
            )
        )
        self.env["loyalty.card"].invalidate_model(["state"], flush=False)
        return len(rows)

    # Building blocks

    def _transition(self, cards, state, allowed, **columns):
        """The guarded statement that moves cards to ``state``; all of them, or it refuses.

        :param columns: further columns to write
        :raise CardNotUsable: when one is not in ``allowed``
        """
        self._flush()
        rows = self.env.execute_query(
            SQL(
                "UPDATE loyalty_card SET %s WHERE id = ANY(%s) AND state IN %s RETURNING id",
                assignments({"state": state, **columns}),
                cards.ids,
                tuple(allowed),
            )
        )
        if len(rows) < len(cards):
            self._refuse_unusable(cards, states=allowed)
        self._changed(cards)

    def _laid_aside(self, card):
        """:return: columns of a card that ends: a member's is archived, since native code takes whichever it finds"""
        # The programme is read with the ledger's rights.
        return {"active": False} if card.sudo().program_id.is_nominative else {}

    def _reopen(self, card):
        """A card that was used up and gets value back can be used again."""
        self.env.execute_query(
            SQL("UPDATE loyalty_card SET state = 'active' WHERE id = %s AND state = 'used' RETURNING id", card.id)
        )

    def _enter_debit(self, operation, card, amount, balance, version, parts, owed=0):
        entry_id = super()._enter_debit(operation, card, amount, balance, version, parts, owed)
        if not balance and card.sudo().program_id._value_rules()["whole_value"]:
            self.env.execute_query(
                SQL("UPDATE loyalty_card SET state = 'used' WHERE id = %s AND state = 'active' RETURNING id", card.id)
            )
            self._changed(card)
        return entry_id

    def _free_of_claims(self, card):
        """:return: the balance of a locked card. :raise CardNotUsable: when something of it is held or owed"""
        [(balance, held, debt, code)] = self.env.execute_query(
            SQL("SELECT balance, held, debt, code FROM loyalty_card WHERE id = %s", card.id)
        )
        if held:
            raise CardNotUsable(
                self.env._(
                    "Of card %(code)s %(held)g is held for an order. Try again when that is settled.",
                    code=code,
                    held=held,
                )
            )
        if debt:
            raise CardNotUsable(self.env._("Card %(code)s owes %(debt)g. Settle it first.", code=code, debt=debt))
        return self._decimal(balance)

    def _refuse_part(self, card, amount):
        """Cards that are taken as a whole cannot be used in part.

        :raise InvalidAmount: when something would be left
        """
        # What is free is read with the ledger's rights.
        card = card.sudo()
        if card.program_id._value_rules()["whole_value"] and self._amount(amount) < self._decimal(card.points):
            raise InvalidAmount(
                self.env._("Card %(code)s is taken as a whole: %(free)g.", code=card.code, free=card.points)
            )
