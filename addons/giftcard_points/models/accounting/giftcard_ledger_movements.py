from odoo import models
from odoo.tools import SQL


class GiftcardLedger(models.AbstractModel):
    """What the movements of money are to an accountant."""

    _inherit = "giftcard.ledger"

    def _treatments(self):
        """How the kinds of operations are accounted for, where that is not by what they do.

        A credit is otherwise *issued*, against the clearing account for the part that was paid and the bonus account
        for the part that was not; undone it is *refunded*. A debit is *used*, against the clearing account; undone it
        is used less. A reversal or refund is treated as what it undoes, unless its kind is treated for itself.

        :return: dict of kind -> (counterpart in ``giftcard.posting.line``, section of ``giftcard.roll.forward``)
        """
        return {
            "expire": ("breakage", "expired"),
            "adjust": ("bonus", "adjusted"),
            "opening": ("clearing", "adjusted"),
            "transfer": ("transfer", "transferred"),
            "gift": ("transfer", "transferred"),
            "replace": ("transfer", "transferred"),
            "merge": ("transfer", "transferred"),
        }

    def _movements(self, condition):
        """The entries of gift cards and stored value, split by account and section. Points are no money.

        :param condition: SQL on ``entry``, ``operation``, ``card`` and ``program``
        :return: SQL of rows ``(entry_id, operation_id, company_id, store_id, program_id, date, counterpart, section,
            amount)``, one or two for an entry, that add up to its amount
        """
        kinds = [(kind, *treatment) for kind, treatment in self._treatments().items()]
        return SQL(
            """
            SELECT entry.id AS entry_id, operation.id AS operation_id, operation.company_id, operation.store_id,
                   card.program_id, entry.date, part.counterpart, part.section, part.amount
              FROM giftcard_entry entry
              JOIN giftcard_operation operation ON operation.id = entry.operation_id
              JOIN loyalty_card card ON card.id = entry.card_id
              JOIN loyalty_program program ON program.id = card.program_id
         -- What a reversal or a refund undoes in the end
         LEFT JOIN LATERAL (
                   WITH RECURSIVE chain AS (
                       SELECT undone.id, undone.kind, COALESCE(undone.reversal_of_id, undone.refund_of_id) AS next_id
                         FROM giftcard_operation undone
                        WHERE undone.id = COALESCE(operation.reversal_of_id, operation.refund_of_id)
                        UNION
                       SELECT undone.id, undone.kind, COALESCE(undone.reversal_of_id, undone.refund_of_id)
                         FROM chain JOIN giftcard_operation undone ON undone.id = chain.next_id
                        WHERE chain.kind <> ALL(%(kinds)s)
                   )
                   SELECT chain.id, chain.kind, first.amount > 0 AS credit
                     FROM chain
                     JOIN LATERAL (SELECT amount FROM giftcard_entry WHERE operation_id = chain.id LIMIT 1) first
                       ON TRUE
                    WHERE chain.next_id IS NULL OR chain.kind = ANY(%(kinds)s)
                   ) root ON operation.kind <> ALL(%(kinds)s)
         LEFT JOIN unnest(%(treatments)s) AS treatment (kind, counterpart, section)
                ON treatment.kind = COALESCE(root.kind, operation.kind)
         -- What of a credit was not paid for: by its lots, or those of the credit it undoes, be it on another
         -- card by now. Of equal credits of one operation, the first undoes the first.
         LEFT JOIN LATERAL (
                   SELECT SUM(lot.granted) * SIGN(entry.amount) AS amount
                     FROM giftcard_lot lot
                    WHERE treatment.kind IS NULL AND lot.origin <> 'paid'
                      AND lot.entry_id = CASE WHEN root.id IS NULL THEN entry.id ELSE (
                          SELECT base.id
                            FROM giftcard_entry base
                           WHERE base.operation_id = root.id AND ABS(base.amount) = ABS(entry.amount)
                           ORDER BY base.id
                           LIMIT 1
                          OFFSET (SELECT COUNT(*)
                                    FROM giftcard_entry twin
                                   WHERE twin.operation_id = entry.operation_id
                                     AND ABS(twin.amount) = ABS(entry.amount) AND twin.id < entry.id)
                      ) END
                   ) unpaid ON TRUE
        CROSS JOIN LATERAL (
                   VALUES (COALESCE(treatment.counterpart, 'clearing'),
                           COALESCE(treatment.section, CASE WHEN NOT COALESCE(root.credit, entry.amount > 0) THEN 'used'
                                                            WHEN root.id IS NULL THEN 'issued'
                                                            ELSE 'refunded' END),
                           entry.amount - COALESCE(unpaid.amount, 0)),
                          ('bonus', CASE WHEN root.id IS NULL THEN 'bonus' ELSE 'refunded' END, unpaid.amount)
                   ) part (counterpart, section, amount)
             WHERE program.program_type IN ('gift_card', 'ewallet') AND part.amount <> 0 AND %(condition)s
            """,
            treatments=self._columns(kinds, "text text text"),
            kinds=[kind for kind, *__ in kinds],
            condition=condition,
        )
