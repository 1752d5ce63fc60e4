from datetime import datetime, time

import pytz

from odoo import models
from odoo.tools import SQL

from ...exceptions import LimitExceeded


class GiftcardLedger(models.AbstractModel):
    """Limits of a program on what its cards hold, get at once, and give in a day."""

    _inherit = "giftcard.ledger"

    def _release(self, holds, state="released"):
        result = super()._release(holds, state)
        self._uncount(holds)
        return result

    def _count_use(self, card, amount):
        """Count what a card gives today, under the guard of its program's limit.

        :raise LimitExceeded: with ``available``, what may be used today
        """
        limit = card.sudo().program_id._value_rules()["daily_limit"]
        if not limit:
            return
        statement = SQL(
            """
            UPDATE loyalty_card
               SET used_on = %(today)s,
                   used_today = CASE WHEN used_on = %(today)s THEN used_today ELSE 0 END + %(amount)s
             WHERE id = %(card)s
               AND CASE WHEN used_on = %(today)s THEN used_today ELSE 0 END + %(amount)s <= %(limit)s
         RETURNING id
            """,
            today=(today := self._today(card.company_id or self.env.company)),
            amount=amount,
            card=card.id,
            limit=self._decimal(limit),
        )
        rows = self.env.execute_query(statement)
        if not rows and self._release_lapsed_of(card):
            rows = self.env.execute_query(statement)
        self._changed(card)
        if not rows:
            used = card.sudo().used_today if card.sudo().used_on == today else 0.0
            raise LimitExceeded(
                self.env._(
                    "Of card %(code)s %(available)g may still be used today.",
                    code=card.sudo().code,
                    available=max(limit - used, 0),
                ),
                max(limit - used, 0),
            )

    def _uncount(self, holds, part=None):
        """What was held today and is not used counts no more. What waits to be usable has never counted.

        :param part: what is not used of each of them; None: all of it
        """
        # A caller need not read holds; few companies are concerned.
        for company, mine in holds.sudo().grouped("company_id").items():
            today = self._today(company)
            rows = self.env.execute_query(
                SQL(
                    """
                    UPDATE loyalty_card card SET used_today = GREATEST(0, card.used_today - freed.amount)
                      FROM (SELECT hold.card_id, SUM(%(part)s) AS amount
                              FROM giftcard_hold hold
                             WHERE hold.id = ANY(%(holds)s) AND hold.create_date >= %(start)s
                               AND hold.pending IS NOT TRUE
                             GROUP BY hold.card_id) freed
                     WHERE card.id = freed.card_id AND card.used_on = %(today)s
                 RETURNING card.id
                    """,
                    part=SQL("hold.amount") if part is None else part,
                    holds=mine.ids,
                    start=self._start_of(today, company),
                    today=today,
                )
            )
            self.env["loyalty.card"].browse([card_id for (card_id,) in rows]).invalidate_recordset(["used_today"])

    def _start_of(self, day, company):
        """:return: naive UTC of the start of the company's ``day``, see :meth:`_today`"""
        zone = pytz.timezone(company.partner_id.tz or self.env.user.tz or "UTC")
        return zone.localize(datetime.combine(day, time.min)).astimezone(pytz.utc).replace(tzinfo=None)

    def _refuse_limits(self, loads):
        """Tell which limit keeps a credit from being booked.

        :param loads: list of (card id, amount paid onto it at once, its sum with what else is granted)
        :raise LimitExceeded:
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT card.code, card.balance, program.max_balance, program.max_load,
                       load.largest > NULLIF(program.max_load, 0)
                  FROM unnest(%s) AS load (card_id, largest, amount)
                  JOIN loyalty_card card ON card.id = load.card_id
                  JOIN loyalty_program program ON program.id = card.program_id
                 WHERE load.largest > NULLIF(program.max_load, 0)
                    OR card.balance + load.amount > NULLIF(program.max_balance, 0)
                 LIMIT 1
                """,
                self._columns(loads, "int4 numeric numeric"),
            )
        )
        for code, balance, max_balance, max_load, at_once in rows:
            if at_once:
                raise LimitExceeded(self.env._("At most %(limit)g can be loaded at once.", limit=max_load), max_load)
            raise LimitExceeded(
                self.env._(
                    "Card %(code)s may hold at most %(limit)g; there is %(balance)g on it.",
                    code=code,
                    limit=max_balance,
                    balance=balance,
                ),
                max(max_balance - balance, 0),
            )
