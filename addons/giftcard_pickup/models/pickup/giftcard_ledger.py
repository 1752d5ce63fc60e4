from odoo import models
from odoo.tools import SQL


class GiftcardLedger(models.AbstractModel):
    """What is always true of what went over the counter."""

    _inherit = "giftcard.ledger"

    def _invariants(self):
        return {
            **super()._invariants(),
            "each piece is handed over once, and recorded": SQL(
                """
                SELECT line.id AS line_id, line.quantity, line.handed_quantity, line.unclaimed_quantity,
                       COALESCE(SUM(handed.quantity), 0) AS recorded
                  FROM giftcard_redemption_line line
             LEFT JOIN giftcard_pickup_handover_line handed ON handed.line_id = line.id
                 GROUP BY line.id
                HAVING line.handed_quantity <> COALESCE(SUM(handed.quantity), 0)
                    OR line.handed_quantity + line.unclaimed_quantity > line.quantity
                """
            ),
            "what left the stock of a pickup is what was handed over": SQL(
                """
                SELECT redemption.id AS redemption_id, redemption.state, line.product_id, line.handed, gone.quantity
                  FROM giftcard_redemption redemption
                  JOIN (SELECT redemption_id, product_id, SUM(handed_quantity) AS handed
                          FROM giftcard_redemption_line GROUP BY redemption_id, product_id) line
                    ON line.redemption_id = redemption.id
                  JOIN (SELECT picking.giftcard_redemption_id, move.product_id,
                               SUM(move.quantity) FILTER (WHERE move.state = 'done' AND target.usage = 'customer')
                               AS quantity
                          FROM stock_move move
                          JOIN stock_picking picking ON picking.id = move.picking_id
                          JOIN stock_location target ON target.id = move.location_dest_id
                         WHERE picking.giftcard_redemption_id IS NOT NULL
                         GROUP BY picking.giftcard_redemption_id, move.product_id) gone
                    ON gone.giftcard_redemption_id = redemption.id AND gone.product_id = line.product_id
                 WHERE redemption.fulfilment = 'pickup'
                   AND line.handed <> COALESCE(gone.quantity, 0)
                   AND EXISTS (SELECT FROM giftcard_pickup_event event
                                 JOIN giftcard_pickup_code code ON code.id = event.code_id
                                WHERE code.redemption_id = redemption.id AND event.kind = 'issued')
                """
            ),
            "a handover names a code, clerk and store of its redemption": SQL(
                """
                SELECT handover.id AS handover_id, handover.store_id
                  FROM giftcard_pickup_handover handover
                  JOIN giftcard_pickup_code code ON code.id = handover.code_id
                 WHERE code.redemption_id <> handover.redemption_id OR code.store_id <> handover.store_id
                """
            ),
            "a conflict of a till is kept until somebody has dealt with it": SQL(
                """
                SELECT id AS offline_id, state
                  FROM giftcard_pickup_offline
                 WHERE state = 'resolved' AND (resolved_by_id IS NULL OR resolution IS NULL)
                    OR state = 'applied' AND code_id IS NOT NULL
                   AND NOT EXISTS (SELECT FROM giftcard_pickup_handover handover
                                    WHERE handover.code_id = giftcard_pickup_offline.code_id)
                """
            ),
        }
