from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL


class GiftcardLedger(models.AbstractModel):
    """What is always true of the whole database, each as a query for the rows that break it."""

    _inherit = "giftcard.ledger"

    def _invariants(self):
        """:return: dict of invariant -> SQL that selects its violations; addons add theirs"""
        return {
            "the balance of a card is the sum of its entries": SQL(
                """
                SELECT card.id AS card_id, card.balance, COALESCE(SUM(entry.amount), 0) AS entries
                  FROM loyalty_card card LEFT JOIN giftcard_entry entry ON entry.card_id = card.id
                 GROUP BY card.id
                HAVING card.balance <> COALESCE(SUM(entry.amount), 0)
                """
            ),
            "the balance of a card is what remains in its lots, less its debt": SQL(
                """
                SELECT card.id AS card_id, card.balance, card.debt, COALESCE(SUM(lot.remaining), 0) AS remaining
                  FROM loyalty_card card LEFT JOIN giftcard_lot lot ON lot.card_id = card.id
                 GROUP BY card.id
                HAVING card.balance <> COALESCE(SUM(lot.remaining), 0) - card.debt
                """
            ),
            "entries are numbered without gaps and carry the balance": SQL(
                """
                SELECT * FROM (
                    SELECT card_id, id AS entry_id, version, balance,
                           ROW_NUMBER() OVER win AS expected_version, SUM(amount) OVER win AS expected_balance
                      FROM giftcard_entry
                    WINDOW win AS (PARTITION BY card_id ORDER BY version)
                ) entry
                 WHERE version <> expected_version OR balance <> expected_balance
                """
            ),
            "a card's version is its last entry's": SQL(
                """
                SELECT card.id AS card_id, card.version, COALESCE(MAX(entry.version), 0) AS last
                  FROM loyalty_card card LEFT JOIN giftcard_entry entry ON entry.card_id = card.id
                 GROUP BY card.id
                HAVING card.version <> COALESCE(MAX(entry.version), 0)
                """
            ),
            "nothing is overdrawn": SQL(
                "SELECT id AS card_id, balance, held, debt FROM loyalty_card"
                " WHERE balance + debt < held OR held < 0 OR debt < 0"
            ),
            "the points that Odoo shows are the balance less the holds": SQL(
                "SELECT id AS card_id, points, balance, held FROM loyalty_card WHERE points::numeric <> balance - held"
            ),
            "what a card holds is the sum of its open holds": SQL(
                """
                SELECT card.id AS card_id, card.held, COALESCE(SUM(hold.amount), 0) AS holds
                  FROM loyalty_card card LEFT JOIN giftcard_hold hold ON hold.card_id = card.id AND hold.state = 'open'
                 GROUP BY card.id
                HAVING card.held <> COALESCE(SUM(hold.amount), 0)
                """
            ),
            "what a lot holds is the sum of its open holds": SQL(
                """
                SELECT lot.id AS lot_id, lot.held, COALESCE(SUM(bound.amount), 0) AS holds
                  FROM giftcard_lot lot
             LEFT JOIN (SELECT bound.lot_id, bound.amount
                          FROM giftcard_hold_lot bound JOIN giftcard_hold hold ON hold.id = bound.hold_id
                         WHERE hold.state = 'open') bound ON bound.lot_id = lot.id
                 GROUP BY lot.id
                HAVING lot.held <> COALESCE(SUM(bound.amount), 0)
                """
            ),
            "a hold is bound to lots for all of its amount": SQL(
                """
                SELECT hold.id AS hold_id, hold.amount, COALESCE(SUM(bound.amount), 0) AS bound
                  FROM giftcard_hold hold LEFT JOIN giftcard_hold_lot bound ON bound.hold_id = hold.id
                 GROUP BY hold.id
                HAVING hold.amount <> COALESCE(SUM(bound.amount), 0)
                """
            ),
            "a captured hold has its operation, which takes no more than was held": SQL(
                """
                SELECT hold.id AS hold_id, hold.amount, SUM(entry.amount) AS taken
                  FROM giftcard_hold hold LEFT JOIN giftcard_entry entry USING (operation_id)
                 WHERE hold.state = 'captured' OR hold.operation_id IS NOT NULL
                 GROUP BY hold.id
                HAVING hold.state <> 'captured' OR COALESCE(-SUM(entry.amount), 0) NOT BETWEEN 0.000001 AND hold.amount
                """
            ),
            "of a lot, granted is used plus remaining": SQL(
                """
                SELECT lot.id AS lot_id, lot.granted, lot.remaining, SUM(used.amount - used.returned) AS used
                  FROM giftcard_lot lot LEFT JOIN giftcard_lot_use used ON used.lot_id = lot.id
                 GROUP BY lot.id
                HAVING lot.granted <> lot.remaining + COALESCE(SUM(used.amount - used.returned), 0)
                """
            ),
            "a grant is the lots it made": SQL(
                """
                SELECT entry.id AS entry_id, entry.amount, COALESCE(SUM(lot.granted), 0) AS granted
                  FROM giftcard_entry entry
                  JOIN giftcard_operation operation ON operation.id = entry.operation_id
             LEFT JOIN giftcard_lot lot ON lot.entry_id = entry.id
                 WHERE entry.amount > 0 AND operation.kind NOT IN ('refund', 'reverse')
                 GROUP BY entry.id
                HAVING entry.amount <> COALESCE(SUM(lot.granted), 0)
                """
            ),
            "a debit is the lots it used": SQL(
                """
                SELECT entry.id AS entry_id, entry.amount, COALESCE(SUM(used.amount), 0) AS used
                  FROM giftcard_entry entry
                  JOIN giftcard_operation operation ON operation.id = entry.operation_id
             LEFT JOIN giftcard_lot_use used ON used.entry_id = entry.id
                 WHERE entry.amount < 0 AND operation.kind NOT IN ('reverse', 'opening', 'clawback')
                 GROUP BY entry.id
                HAVING -entry.amount <> COALESCE(SUM(used.amount), 0)
                """
            ),
            "a transfer moves value and makes none": SQL(
                """
                SELECT operation.id AS operation_id, SUM(entry.amount) AS sum
                  FROM giftcard_operation operation JOIN giftcard_entry entry ON entry.operation_id = operation.id
                 WHERE operation.kind IN ('transfer', 'gift', 'replace', 'merge')
                 GROUP BY operation.id
                HAVING SUM(entry.amount) <> 0
                """
            ),
            "refunds give back no more than was taken": SQL(
                """
                SELECT operation.id AS operation_id, taken.amount AS taken, SUM(entry.amount) AS refunded
                  FROM giftcard_operation refund
                  JOIN giftcard_entry entry ON entry.operation_id = refund.id
                  JOIN giftcard_operation operation ON operation.id = refund.refund_of_id
                  JOIN giftcard_entry taken ON taken.operation_id = operation.id AND taken.amount < 0
                 GROUP BY operation.id, taken.amount
                HAVING SUM(entry.amount) > -taken.amount
                """
            ),
            "nothing is used after its last day": SQL(
                # The date of an operation is UTC, the last day is the company's: no zone is more than 14 hours away.
                # Held value counts as used on the day it was held; expiry itself comes after the last day.
                """
                SELECT used.id AS use_id, lot.id AS lot_id, lot.expires_on, entry.date
                  FROM giftcard_lot_use used
                  JOIN giftcard_lot lot ON lot.id = used.lot_id
                  JOIN giftcard_entry entry ON entry.id = used.entry_id
                  JOIN giftcard_operation operation ON operation.id = entry.operation_id
             LEFT JOIN giftcard_hold hold ON hold.operation_id = operation.id
                 WHERE operation.kind NOT IN ('expire', 'reverse') AND entry.amount < 0
                   AND COALESCE(hold.create_date, entry.date) - interval '14 hours' > lot.expires_on + 1
                """
            ),
        }

    def _check_invariants(self, limit=20):
        """:return: list of ``{"invariant": str, "rows": [dict, ...]}``, at most ``limit`` rows each; empty: all hold"""
        self.env.flush_all()
        violations = []
        for name, query in self._invariants().items():
            self.env.cr.execute(SQL("%s LIMIT %s", query, limit))
            if rows := self.env.cr.dictfetchall():
                violations.append({"invariant": name, "rows": rows})
        return violations

    @api.model
    def action_check_invariants(self):
        """Check the whole database, for auditors.

        :return: a notification: of success, or naming each violated invariant
        """
        if not self.env.user.has_group("giftcard_points.group_auditor"):
            raise AccessError(self.env._("Only auditors check the ledger."))
        violations = self._check_invariants()
        names = "\n".join(violation["invariant"] for violation in violations)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if violations else "success",
                "sticky": bool(violations),
                "title": self.env._("Ledger check"),
                "message": names or self.env._("All %s invariants hold.", len(self._invariants())),
            },
        }

    def _cron_check_invariants(self):
        """Nightly: a violation fails the job, loudly."""
        if violations := self._check_invariants():
            raise RuntimeError(f"Ledger invariants violated: {violations}")
