from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from odoo import fields, models
from odoo.tools import SQL

from ...exceptions import AlreadyResolved, InsufficientBalance, PayoutNotAllowed, RefundPeriodOver
from ..ledger.giftcard_ledger_card import LIVE


class Unspent(NamedTuple):
    """What is left of one credit: of the money paid, and of the bonus; and the bonus that may be asked back."""

    paid: Decimal
    bonus: Decimal
    bonus_due: Decimal


class GiftcardLedger(models.AbstractModel):
    """Value that leaves a card as money: only what was paid, never a bonus."""

    _inherit = "giftcard.ledger"

    def _pay_out(self, act, card, amount=None):
        """Pay out money that was paid in.

        :param act: of kind ``payout``
        :param amount: in the card's currency; None: all that was paid and is free
        :return: the ``giftcard.operation``
        :raise PayoutNotAllowed: when the program does not allow it
        :raise InsufficientBalance: when less of what is free was paid
        """
        asked = None if amount is None else self._amount(amount)
        operation, fresh = self._open(act, card, card.id, asked)
        if not fresh:
            return operation
        # The program is read with the ledger's rights.
        if not card.sudo().program_id.payout_allowed:
            raise PayoutNotAllowed(self.env._("What is on cards of this program is not paid out."))
        self._lock(card)
        self._expire_cards(card, self._today(card.company_id or self.env.company))
        [(free,)] = self.env.execute_query(
            SQL(
                "SELECT COALESCE(SUM(remaining - held), 0) FROM giftcard_lot"
                " WHERE card_id = %s AND origin = 'paid' AND remaining > held",
                card.id,
            )
        )
        free = min(self._decimal(free), self._covered(card))
        amount = asked or free
        if not amount or amount > free:
            self._refuse_payout(card, free)
        self._withdraw(operation, card, amount, SQL("origin = 'paid'"), SQL("0"))
        return operation

    def _refund_load(self, act, load, amount=None):
        """Pay back what is left of the money of a top-up or purchase, within the program's time for refunds. All of the
        bonus that came with it is taken back; what is spent of that becomes debt, where the program allows.

        :param act: of kind ``payout``
        :param load: ``giftcard.operation`` that granted the value, to one card
        :param amount: in the card's currency; None: all that is left
        :return: the ``giftcard.operation``; the bonus is taken by one of kind ``clawback`` with the same key
        :raise RefundPeriodOver: when it is too late, or the program gives no refunds
        :raise AlreadyResolved: when nothing is left, or the load is reversed
        :raise InsufficientBalance: when less is left than asked for, or the bonus is spent
        """
        entry = load.sudo().entry_ids.ensure_one()
        days = entry.program_id.refund_days
        asked = None if amount is None else self._amount(amount)
        operation, fresh = self._open(act, entry.card_id, "load", load.id, asked, refund_of_id=load.id)
        if not fresh:
            return operation
        if load.sudo().date + timedelta(days=days) <= fields.Datetime.now():
            raise RefundPeriodOver(self.env._("The time for a refund is over."))
        card, left = self._left_of(entry)
        if self.env.execute_query(SQL("SELECT 1 FROM giftcard_operation WHERE reversal_of_id = %s", load.id)):
            raise AlreadyResolved(self.env._("%s has been reversed already.", load.sudo().display_name))
        left = left._replace(paid=min(left.paid, self._covered(card)))
        amount = asked or left.paid
        if not left.paid:
            raise AlreadyResolved(self.env._("Nothing is left of the money that was paid."))
        if amount > left.paid:
            self._refuse_payout(card, left.paid)
        self._withdraw(operation, card, amount, self._paid_lots(entry, card), SQL("0"))
        self._take_bonus_back(act, entry, card, left.bonus_due)
        return operation

    def _void(self, act, grant, limit=None):
        """Take back what is left of a purchase that is undone, at any time; what is spent of it stays spent, and the
        operation's reason says how much. A gift card is closed by it.

        :param act: of kind ``payout``
        :param grant: ``giftcard.operation`` that granted the value, to one card
        :param limit: of what was paid no more than this is taken back
        :return: the ``giftcard.operation``
        """
        entry = grant.sudo().entry_ids.ensure_one()
        card, left = self._left_of(entry)
        spent = self._decimal(entry.amount) - left.paid - left.bonus
        if limit is not None:
            left = left._replace(paid=min(left.paid, self._amount(limit)))
        reason = self.env._(
            "Taken back: %(left)s; used before: %(spent)s.",
            left=card.sudo()._format_points(float(left.paid + left.bonus)),
            spent=card.sudo()._format_points(float(spent)),
        )
        act = replace(act, reason=" ".join(filter(None, (act.reason, reason))))
        operation, fresh = self._open(act, card, "void", grant.id, refund_of_id=grant.id)
        if not fresh:
            return operation
        if left.paid:
            self._withdraw(operation, card, left.paid, self._paid_lots(entry, card), SQL("0"))
        owed = left.bonus_due if card.sudo().program_id.debt_allowed else left.bonus
        self._take_bonus_back(act, entry, card, owed)
        self._block(card, entry.card_id)
        return operation

    def _undo(self, act, operation):
        """Undo what a cancelled document moved, as far as it is not undone: a debit is given back, money granted is
        taken back as far as it is left, other value as a whole.

        :param act: its kind is chosen here
        :raise InsufficientBalance: when value that is no money is spent and the program allows no debt
        """
        entry = operation.sudo().entry_ids[:1]
        if entry.amount < 0:
            if self._not_returned(entry) > 0:
                self._refund(replace(act, kind="refund"), operation)
        elif entry.program_type in ("gift_card", "ewallet"):
            self._void(replace(act, kind="payout"), operation)
        elif entry and not self.env["giftcard.operation"].sudo().search_count([("reversal_of_id", "=", operation.id)]):
            self._reverse(replace(act, kind="reverse"), operation)

    # Building blocks

    def _covered(self, card):
        """:return: what a locked card has beyond what it owes and what is held: only that leaves it as cash"""
        [(free,)] = self.env.execute_query(SQL("SELECT balance - held FROM loyalty_card WHERE id = %s", card.id))
        return max(self._decimal(free), Decimal(0))

    def _left_of(self, entry):
        """:return: (the card that has the value of a credit by now, locked; its :class:`Unspent`)"""
        card = entry.card_id.with_env(self.env)
        heir = self._heir(card)
        self._lock(card | heir)
        self._expire_cards(heir, self._today(heir.company_id or self.env.company))
        if heir != card:
            return heir, self._left_on(heir, entry)
        [(paid, bonus, due)] = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(SUM(lot.remaining - lot.held) FILTER (WHERE lot.origin = 'paid'), 0),
                       COALESCE(SUM(lot.remaining - lot.held) FILTER (WHERE lot.origin <> 'paid'), 0),
                       COALESCE(SUM(lot.granted - gone.amount) FILTER (WHERE lot.origin <> 'paid'), 0)
                  FROM giftcard_lot lot
            CROSS JOIN LATERAL (
                       SELECT COALESCE(SUM(used.amount - used.returned), 0) AS amount
                         FROM giftcard_lot_use used
                         JOIN giftcard_entry entry ON entry.id = used.entry_id
                         JOIN giftcard_operation operation ON operation.id = entry.operation_id
                        WHERE used.lot_id = lot.id AND operation.kind = 'expire') gone
                 WHERE lot.entry_id = %s
                """,
                entry.id,
            )
        )
        # A bonus is asked back once, with the first refund.
        asked = self.env.execute_query(
            SQL(
                "SELECT 1 FROM giftcard_operation WHERE refund_of_id = %s AND kind = 'clawback' LIMIT 1",
                entry.operation_id.id,
            )
        )
        due = self._decimal(0 if asked else due)
        return card, Unspent(self._decimal(paid), self._decimal(bonus), due)

    def _left_on(self, heir, entry):
        """What is left of a credit whose card was replaced or merged: of its successor's value as much as was granted
        and is not taken back yet. What of the bonus is gone from there is not asked back.

        A refund of the sale took its share of what was paid, from whichever lots.
        """
        [(paid, bonus)] = self.env.execute_query(
            SQL(
                """
                SELECT owed.paid,
                       LEAST(free.bonus, granted.bonus - back.bonus,
                             granted.paid + granted.bonus - back.amount - GREATEST(owed.paid, 0))
                  FROM (SELECT COALESCE(SUM(remaining - held) FILTER (WHERE origin = 'paid'), 0) AS paid,
                               COALESCE(SUM(remaining - held) FILTER (WHERE origin <> 'paid'), 0) AS bonus
                          FROM giftcard_lot
                         WHERE card_id = %(heir)s AND remaining > held) free,
                       (SELECT COALESCE(SUM(granted) FILTER (WHERE origin = 'paid'), 0) AS paid,
                               COALESCE(SUM(granted) FILTER (WHERE origin <> 'paid'), 0) AS bonus
                          FROM giftcard_lot
                         WHERE entry_id = %(entry)s) granted,
                       (SELECT COALESCE(-SUM(back.amount) FILTER (WHERE operation.kind = 'payout'), 0) AS paid,
                               COALESCE(-SUM(back.amount) FILTER (WHERE operation.kind = 'clawback'), 0) AS bonus,
                               COALESCE(-SUM(back.amount) FILTER (WHERE operation.kind = 'reverse'), 0) AS sale,
                               COALESCE(-SUM(back.amount), 0) AS amount
                          FROM giftcard_operation operation
                          JOIN giftcard_entry back ON back.operation_id = operation.id AND back.amount < 0
                         WHERE operation.refund_of_id = %(operation)s) back
            CROSS JOIN LATERAL (
                       SELECT LEAST(free.paid,
                                    granted.paid - back.paid
                                    - back.sale * granted.paid / NULLIF(granted.paid + granted.bonus, 0),
                                    granted.paid + granted.bonus - back.amount) AS paid) owed
                """,
                heir=heir.id,
                entry=entry.id,
                operation=entry.operation_id.id,
            )
        )
        bonus = max(self._decimal(bonus), Decimal(0))
        return Unspent(max(self._decimal(paid), Decimal(0)), bonus, bonus)

    def _paid_lots(self, entry, card):
        """:return: SQL condition on the lots of ``card`` that have what was paid for a credit"""
        return SQL("entry_id = %s AND origin = 'paid'", entry.id) if card == entry.card_id else SQL("origin = 'paid'")

    def _take_bonus_back(self, act, entry, card, amount):
        """Take back the bonus of a credit: from its own lot, then from what came with it, then from others, then as
        debt, if the program allows.

        :raise InsufficientBalance: when the program allows no debt
        """
        if not amount:
            return
        operation, fresh = self._open(
            replace(act, kind="clawback"),
            card,
            "load",
            entry.operation_id.id,
            amount,
            refund_of_id=entry.operation_id.id,
        )
        if fresh:
            order = SQL("entry_id <> %(entry)s, origin = 'paid'", entry=entry.id)
            self._withdraw(operation, card, amount, SQL("TRUE"), order, card.sudo().program_id.debt_allowed)

    def _block(self, card, bought):
        """Close a gift card whose purchase is undone; one on which something is left, held say, is frozen.

        :param card: that has the value of ``bought`` by now; if that was merged into it, the rest is another purchase's
        """
        [(program_type, state, balance)] = self.env.execute_query(
            SQL(
                "SELECT program.program_type, card.state, card.balance FROM loyalty_card card"
                " JOIN loyalty_program program ON program.id = card.program_id WHERE card.id = %s",
                card.id,
            )
        )
        if program_type == "gift_card" and state in LIVE and not (balance and bought.state == "closed"):
            self._transition(card, "frozen" if balance else "closed", LIVE)

    def _withdraw(self, operation, card, amount, which, order, debt_allowed=False):
        """Debit a card, which may be blocked, by lots of one's own choice.

        :param which: SQL condition on the lots
        :param order: SQL by which they are used, before their expiry
        """
        parts = SQL(
            """
            free AS (
                SELECT id, remaining - held AS amount,
                       SUM(remaining - held) OVER (ORDER BY %(order)s, expires_on, id) AS running
                  FROM giftcard_lot
                 WHERE card_id = %(card)s AND remaining > held AND %(which)s
            ), part AS (
                SELECT id AS lot_id, LEAST(amount, %(amount)s - (running - amount)) AS amount
                  FROM free
                 WHERE running - amount < %(amount)s
            )
            """,
            card=card.id,
            amount=amount,
            which=which,
            order=order,
        )
        [(found,)] = self.env.execute_query(SQL("WITH %s SELECT COALESCE(SUM(amount), 0) FROM part", parts))
        owed = amount - self._decimal(found)
        if owed and not debt_allowed:
            raise InsufficientBalance(
                self.env._(
                    "Of the bonus that is to be taken back from card %(code)s, %(owed)g is spent.",
                    code=card.sudo().code,
                    owed=owed,
                ),
                found,
            )
        balance, version = self._move(card, -amount, debt=owed, states=("active", "frozen", "used"))
        self._enter_debit(operation, card, amount, balance, version, parts, owed)

    def _refuse_payout(self, card, available):
        raise InsufficientBalance(
            self.env._(
                "Of what was paid for card %(code)s only %(available)g can be paid back.",
                code=card.sudo().code,
                available=available,
            ),
            float(available),
        )

    def _treatments(self):
        return {**super()._treatments(), "payout": ("clearing", "refunded"), "clawback": ("bonus", "refunded")}

    def _invariants(self):
        return {
            **super()._invariants(),
            "no more is paid back than was paid": SQL(
                """
                SELECT load.id AS operation_id, paid.amount AS paid, -SUM(entry.amount) AS paid_back
                  FROM giftcard_operation payout
                  JOIN giftcard_entry entry ON entry.operation_id = payout.id
                  JOIN giftcard_operation load ON load.id = payout.refund_of_id
            CROSS JOIN LATERAL (SELECT COALESCE(SUM(lot.granted), 0) AS amount
                                  FROM giftcard_lot lot JOIN giftcard_entry granted ON granted.id = lot.entry_id
                                 WHERE granted.operation_id = load.id AND lot.origin = 'paid') paid
                 WHERE payout.kind = 'payout'
                   AND NOT EXISTS (SELECT FROM giftcard_operation WHERE reversal_of_id = payout.id)
                 GROUP BY load.id, paid.amount
                HAVING -SUM(entry.amount) > paid.amount
                """
            ),
            "a bonus is never paid back": SQL(
                """
                SELECT operation.id AS operation_id, lot.id AS lot_id
                  FROM giftcard_operation operation
                  JOIN giftcard_entry entry ON entry.operation_id = operation.id
                  JOIN giftcard_lot_use used ON used.entry_id = entry.id
                  JOIN giftcard_lot lot ON lot.id = used.lot_id
                 WHERE operation.kind = 'payout' AND lot.origin <> 'paid'
                """
            ),
        }
