from collections import defaultdict

from odoo import models
from odoo.tools import SQL


class GiftcardLedger(models.AbstractModel):
    """Expiry by inactivity, and reminders of what expires."""

    _inherit = "giftcard.ledger"

    def _grant_many(self, grants):
        if not self.env["loyalty.program"]._renewing_ids():
            return super()._grant_many(grants)
        cards = self.env["loyalty.card"].browse({grant.card_id for grant in grants})
        # A credit that is repeated moves nothing.
        self._lock(cards)
        before = self._versions(cards)
        operations = super()._grant_many(grants)
        after = self._versions(cards)
        self._renew(cards.filtered(lambda card: after[card.id] != before[card.id]))
        return operations

    def _enter_debit(self, operation, card, amount, balance, version, parts, owed=0):
        entry_id = super()._enter_debit(operation, card, amount, balance, version, parts, owed)
        self._renew(card)
        return entry_id

    def _give_back(self, operation, entry, amount):
        result = super()._give_back(operation, entry, amount)
        self._renew(entry.card_id.with_env(self.env))
        return result

    def _carry(self, operation, source, target, amount, home=False):
        result = super()._carry(operation, source, target, amount, home)
        self._renew(target)
        return result

    def _versions(self, cards):
        """:return: {card id: number of its last entry}"""
        return dict(self.env.execute_query(SQL("SELECT id, version FROM loyalty_card WHERE id = ANY(%s)", cards.ids)))

    def _renew(self, cards):
        """A card that is used keeps all its value for as long again, where its programme expires by inactivity.

        :param cards: locked, on which value has just moved
        """
        if not cards or not (renewing := self.env["loyalty.program"]._renewing_ids()):
            return
        self.env["loyalty.program"].flush_model()
        # Of which company a card is, the ledger may know; few are concerned.
        for company, mine in cards.sudo().grouped("company_id").items():
            rows = self.env.execute_query(
                SQL(
                    """
                    WITH renewed AS (
                        SELECT card.id, (%(today)s + make_interval(months => program.validity_months))::date
                                        + COALESCE(program.grace_days, 0) AS expires_on
                          FROM loyalty_card card JOIN loyalty_program program ON program.id = card.program_id
                         WHERE card.id = ANY(%(cards)s) AND program.id = ANY(%(programs)s)
                    ), lot AS (
                        UPDATE giftcard_lot lot SET expires_on = renewed.expires_on
                          FROM renewed
                         WHERE lot.card_id = renewed.id AND lot.remaining > 0
                           AND (lot.expires_on IS NULL OR lot.expires_on < renewed.expires_on)
                           AND (lot.expires_on IS NULL OR lot.expires_on >= %(today)s)
                     RETURNING lot.card_id
                    )
                    UPDATE loyalty_card card SET next_expiry_on = renewed.expires_on
                      FROM renewed
                     WHERE card.id = renewed.id AND card.next_expiry_on IS DISTINCT FROM renewed.expires_on
                       AND (card.next_expiry_on IS NULL OR card.next_expiry_on >= %(today)s)
                       AND card.id IN (SELECT card_id FROM lot)
                 RETURNING card.id
                    """,
                    cards=mine.ids,
                    programs=list(renewing),
                    today=self._today(company or self.env.company),
                )
            )
            if rows:
                self._changed(cards.browse([card_id for (card_id,) in rows]))

    def _remind(self, limit=2000):
        """Tell members in their inbox what expires soon, once for each card and day (cron)."""
        programs = self.env["loyalty.program"].search([("reminder_days", ">", 0)])
        for program in programs:
            seconds = 1
            while seconds and (rows := self._to_remind(program, limit)):
                self._tell_of_expiry(rows)
                seconds = self.env["ir.cron"]._commit_progress(len(rows))

    def _to_remind(self, program, limit):
        """:return: rows (card id, partner id, last day, amount) that have no message yet"""
        today = self._today(program.company_id or self.env.company)
        return self.env.execute_query(
            SQL(
                """
                SELECT card.id, card.partner_id, lot.expires_on, SUM(lot.remaining - lot.held)
                  FROM loyalty_card card
                  JOIN giftcard_lot lot ON lot.card_id = card.id AND lot.remaining > 0 AND lot.remaining > lot.held
                  JOIN res_partner member ON member.id = card.partner_id
                 WHERE card.program_id = %(program)s AND card.state = 'active'
                   AND card.next_expiry_on <= %(today)s + %(days)s
                   AND lot.expires_on BETWEEN %(today)s AND %(today)s + %(days)s
                   AND member.member_state = 'active'
                   AND NOT EXISTS (SELECT FROM giftcard_message
                                    WHERE key = 'expiry/' || card.id || '/' || lot.expires_on)
                 GROUP BY card.id, lot.expires_on
                 ORDER BY card.id, lot.expires_on
                 LIMIT %(limit)s
                """,
                program=program.id,
                today=today,
                days=program.reminder_days,
                limit=limit,
            )
        )

    def _tell_of_expiry(self, rows):
        messages = []
        Partner, Card = self.env["res.partner"].sudo(), self.env["loyalty.card"].sudo()
        Partner.browse([partner_id for __, partner_id, *__ in rows]).fetch(["lang"])
        of_lang = defaultdict(list)
        for row in rows:
            of_lang[Partner.browse(row[1]).lang or self.env.lang].append(row)
        for lang, mine in of_lang.items():
            # Browsed together, read together.
            cards = Card.with_context(lang=lang).browse([card_id for card_id, *__ in mine])
            for card, (card_id, partner_id, day, amount) in zip(cards, mine, strict=True):
                messages.append(
                    {
                        "partner_id": partner_id,
                        "kind": "expiry",
                        "key": f"expiry/{card_id}/{day}",
                        "title": card.env._("Use it before it expires"),
                        "body": card.env._(
                            "%(amount)g %(unit)s can be used until %(day)s.",
                            amount=amount,
                            unit=card.point_name,
                            day=day,
                        ),
                    }
                )
        self.env["giftcard.message"]._post(messages)
