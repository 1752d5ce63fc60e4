from uuid import uuid4

from odoo import fields, models
from odoo.tools import SQL


class GiftcardLedger(models.AbstractModel):
    """Expiry: lots past their last day, less what is held of them, leave the balance."""

    _inherit = "giftcard.ledger"

    def _expire_due(self, limit=5000):
        """Expire what is due in all companies, in chunks; can be stopped and run again at any time (cron)."""
        for company in self.env["res.company"].search([]):  # pylint: disable=no-search-all; all of them, and few
            today, seconds = self._today(company), 1
            while seconds:
                cards = self._due(company, today, limit)
                if not cards:
                    break
                self._expire_cards(cards, today)
                seconds = self.env["ir.cron"]._commit_progress(len(cards))

    def _due(self, company, today, limit):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM loyalty_card
                 WHERE next_expiry_on < %s AND COALESCE(company_id, %s) = %s
                 ORDER BY id
                 LIMIT %s
                   FOR NO KEY UPDATE SKIP LOCKED
                """,
                today,
                self.env.company.id,
                company.id,
                limit,
            )
        )
        return self.env["loyalty.card"].browse([card_id for (card_id,) in rows])

    def _expire_cards(self, cards, today):
        """Expire what is due on these cards.

        :return: whether there was a card whose next expiry date had come
        """
        self._lock(cards)
        rows = self.env.execute_query(
            SQL(
                """
                WITH due AS (
                    SELECT id, balance, version, COALESCE(company_id, %(company)s) AS company_id
                      FROM loyalty_card
                     WHERE id = ANY(%(cards)s) AND next_expiry_on < %(today)s
                ), gone AS (
                    SELECT lot.id, lot.card_id, lot.remaining - lot.held AS amount
                      FROM giftcard_lot lot JOIN due ON due.id = lot.card_id
                     WHERE lot.remaining > lot.held AND lot.expires_on < %(today)s
                ), total AS (
                    SELECT card_id, SUM(amount) AS amount FROM gone GROUP BY card_id
                ), operation AS (
                    INSERT INTO giftcard_operation
                           (company_id, kind, idempotency_key, request_hash, date, create_uid, create_date)
                    SELECT DISTINCT company_id, 'expire', %(key)s, '', %(now)s::timestamp, %(uid)s, %(now)s::timestamp
                      FROM due JOIN total ON total.card_id = due.id
                 RETURNING id, company_id
                ), entry AS (
                    INSERT INTO giftcard_entry (operation_id, card_id, amount, balance, version, date)
                    SELECT operation.id, due.id, -total.amount, due.balance - total.amount, due.version + 1, %(now)s
                      FROM due JOIN total ON total.card_id = due.id JOIN operation USING (company_id)
                 RETURNING id, card_id
                ), lot AS (
                    UPDATE giftcard_lot lot SET remaining = lot.held
                      FROM gone
                     WHERE lot.id = gone.id
                ), used AS (
                    INSERT INTO giftcard_lot_use (entry_id, lot_id, amount, returned)
                    SELECT entry.id, gone.id, gone.amount, 0
                      FROM gone JOIN entry USING (card_id)
                ), next AS (
                    SELECT due.id, total.amount,
                           (SELECT MIN(expires_on) FROM giftcard_lot lot
                             WHERE lot.card_id = due.id AND lot.remaining > lot.held
                               AND lot.expires_on >= %(today)s) AS expires_on
                      FROM due LEFT JOIN total ON total.card_id = due.id
                )
                UPDATE loyalty_card card
                   SET balance = card.balance - COALESCE(next.amount, 0),
                       points = card.balance - COALESCE(next.amount, 0) - card.held,
                       version = card.version + CASE WHEN next.amount IS NULL THEN 0 ELSE 1 END,
                       next_expiry_on = next.expires_on
                  FROM next
                 WHERE card.id = next.id
             RETURNING card.id
                """,
                cards=cards.ids,
                today=today,
                company=self.env.company.id,
                key=f"{today}/{uuid4().hex}",
                now=fields.Datetime.now(),
                uid=self.env.uid,
            )
        )
        self._changed(cards)
        return bool(rows)
