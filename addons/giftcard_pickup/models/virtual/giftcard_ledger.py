from odoo import models
from odoo.tools import SQL

from ..states import PENDING, UNDONE


class GiftcardLedger(models.AbstractModel):
    """What is always true of virtual rewards."""

    _inherit = "giftcard.ledger"

    def _invariants(self):
        return {
            **super()._invariants(),
            "of a virtual reward, each approved piece has a handover, and an undone one none that stands": SQL(
                """
                SELECT line.id AS line_id, redemption.state, line.quantity, COUNT(fulfilment.id) AS handovers,
                       COUNT(*) FILTER (WHERE fulfilment.state <> 'withdrawn') AS standing
                  FROM giftcard_redemption_line line
                  JOIN giftcard_redemption redemption ON redemption.id = line.redemption_id
                  JOIN giftcard_reward reward ON reward.id = line.reward_id AND reward.kind <> 'goods'
             LEFT JOIN giftcard_fulfilment fulfilment ON fulfilment.line_id = line.id
                 GROUP BY line.id, redemption.id
                HAVING CASE WHEN redemption.state IN %(before)s THEN COUNT(fulfilment.id) <> 0
                            WHEN redemption.state IN %(undone)s
                            THEN COUNT(*) FILTER (WHERE fulfilment.state <> 'withdrawn') <> 0
                            WHEN redemption.state = 'done' AND redemption.fulfilment = 'virtual'
                            THEN COUNT(*) FILTER (WHERE fulfilment.state = 'done') <> line.quantity
                            ELSE COUNT(*) FILTER (WHERE fulfilment.state <> 'withdrawn') <> line.quantity END
                """,
                before=("draft", *PENDING),
                undone=UNDONE,
            ),
            "a code is set aside for a live redemption, and given to one handover": SQL(
                """
                SELECT code.id AS code_id, code.state, fulfilment.id AS fulfilment_id, redemption.state AS redemption
                  FROM giftcard_pool_code code
             LEFT JOIN giftcard_fulfilment fulfilment ON fulfilment.code_id = code.id
             LEFT JOIN giftcard_redemption_line line ON line.id = code.line_id
             LEFT JOIN giftcard_redemption redemption ON redemption.id = line.redemption_id
                 WHERE CASE code.state
                       WHEN 'free' THEN fulfilment.id IS NOT NULL
                       WHEN 'reserved' THEN fulfilment.id IS NOT NULL OR redemption.state IN %(undone)s
                       ELSE fulfilment.state IS DISTINCT FROM 'done' OR fulfilment.line_id <> code.line_id
                            OR redemption.state IN %(undone)s END
                """,
                undone=UNDONE,
            ),
            "before approval a line has a code set aside for each piece, afterwards for none that is handed over": SQL(
                """
                SELECT line.id AS line_id, redemption.state, line.quantity, code.reserved, code.given
                  FROM giftcard_redemption_line line
                  JOIN giftcard_redemption redemption ON redemption.id = line.redemption_id
                  JOIN giftcard_reward reward ON reward.id = line.reward_id AND reward.kind = 'code'
                 CROSS JOIN LATERAL (SELECT COUNT(*) FILTER (WHERE state = 'reserved') AS reserved,
                                            COUNT(*) FILTER (WHERE state = 'given') AS given
                                       FROM giftcard_pool_code
                                      WHERE line_id = line.id) code
                 WHERE redemption.state IN %(held)s AND code.reserved <> line.quantity
                    OR redemption.state <> 'draft' AND code.reserved + code.given > line.quantity
                """,
                held=PENDING,
            ),
            "a top-up or coupon that was handed over stands in the ledger, and one taken back does not": SQL(
                """
                SELECT fulfilment.id AS fulfilment_id, fulfilment.state, SUM(entry.amount) AS granted
                  FROM giftcard_fulfilment fulfilment
                  JOIN giftcard_operation operation
                    ON operation.id = fulfilment.operation_id OR operation.reversal_of_id = fulfilment.operation_id
                  JOIN giftcard_entry entry ON entry.operation_id = operation.id
                 GROUP BY fulfilment.id
                HAVING (fulfilment.state = 'done') <> (SUM(entry.amount) > 0)
                """
            ),
        }
