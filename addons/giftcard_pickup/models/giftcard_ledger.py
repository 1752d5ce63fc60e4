from odoo import models
from odoo.tools import SQL

from .states import PENDING, UNDONE


class GiftcardLedger(models.AbstractModel):
    """What is always true of rewards, redemptions and pickup codes."""

    _inherit = "giftcard.ledger"

    def _invariants(self):
        return {
            **super()._invariants(),
            "of a reward, redeemed is what live redemptions took, and within its quota": SQL(
                """
                SELECT reward.id AS reward_id, reward.redeemed, reward.quota, COALESCE(SUM(live.quantity), 0) AS live
                  FROM giftcard_reward reward
             LEFT JOIN (SELECT line.reward_id,
                               line.quantity - line.unclaimed_quantity - line.returned_quantity AS quantity
                          FROM giftcard_redemption_line line
                          JOIN giftcard_redemption redemption ON redemption.id = line.redemption_id
                         WHERE redemption.state <> 'draft' AND redemption.state NOT IN %s
                       ) live ON live.reward_id = reward.id
                 GROUP BY reward.id
                HAVING reward.redeemed <> COALESCE(SUM(live.quantity), 0)
                    OR (reward.quota > 0 AND reward.redeemed > reward.quota)
                """,
                UNDONE,
            ),
            "a redemption costs what its lines cost": SQL(
                """
                SELECT redemption.id AS redemption_id, redemption.points, redemption.cash_amount,
                       SUM(line.quantity * line.points_price) AS lines, SUM(line.quantity * line.cash_price) AS cash
                  FROM giftcard_redemption redemption
             LEFT JOIN giftcard_redemption_line line ON line.redemption_id = redemption.id
                 WHERE redemption.state <> 'draft'
                 GROUP BY redemption.id
                HAVING redemption.points <> COALESCE(SUM(line.quantity * line.points_price), 0)
                    OR redemption.cash_amount IS DISTINCT FROM COALESCE(SUM(line.quantity * line.cash_price), 0)
                    OR redemption.cash_total <> redemption.cash_amount + redemption.shipping_amount
                """
            ),
            "a redemption's points are held until it is approved, then taken, and free when it is undone": SQL(
                """
                SELECT redemption.id AS redemption_id, redemption.state, redemption.points, hold.state AS hold,
                       hold.amount AS held, COALESCE(-SUM(entry.amount), 0) AS taken
                  FROM giftcard_redemption redemption
             LEFT JOIN giftcard_hold hold ON hold.id = redemption.hold_id
             LEFT JOIN giftcard_operation operation
                    ON operation.id = hold.operation_id OR operation.refund_of_id = hold.operation_id
             LEFT JOIN giftcard_entry entry ON entry.operation_id = operation.id
             LEFT JOIN LATERAL (SELECT SUM(points_price * (unclaimed_quantity + returned_quantity)) AS points
                                  FROM giftcard_redemption_line
                                 WHERE redemption_id = redemption.id) back ON TRUE
                 WHERE redemption.state <> 'draft'
                 GROUP BY redemption.id, hold.id, back.points
                HAVING hold.amount IS DISTINCT FROM redemption.points
                    OR CASE WHEN redemption.state IN %s
                            THEN hold.state <> 'open'
                            WHEN redemption.state IN %s
                            THEN hold.state NOT IN ('captured', 'released')
                                 OR -COALESCE(SUM(entry.amount), 0) <> COALESCE(redemption.forfeited_points, 0)
                            ELSE hold.state <> 'captured'
                                 OR -SUM(entry.amount) <> redemption.points + COALESCE(redemption.forfeited_points, 0)
                                                          - back.points
                        END
                """,
                PENDING,
                UNDONE,
            ),
            "goods leave with a done redemption, and only with it": SQL(
                """
                SELECT redemption.id AS redemption_id, redemption.state, picking.id AS picking_id,
                       picking.state AS picking
                  FROM giftcard_redemption redemption
                  JOIN stock_picking picking ON picking.giftcard_redemption_id = redemption.id
                  JOIN stock_location destination ON destination.id = picking.location_dest_id
                 WHERE (redemption.state IN ('done', 'shipped', 'returned') AND picking.state NOT IN ('done', 'cancel'))
                    OR (redemption.state IN %(undone)s AND picking.state <> 'cancel'
                        AND (picking.state <> 'done' OR destination.usage = 'customer'))
                    OR (picking.state IN ('done', 'cancel')
                        AND (redemption.state IN %(pending)s OR redemption.state IN ('approved', 'ready'))
                        AND NOT (redemption.state = 'ready' AND picking.state = 'done'
                                 AND EXISTS (SELECT FROM giftcard_pickup_handover WHERE redemption_id = redemption.id)))
                 UNION ALL
                SELECT redemption.id, redemption.state, NULL, NULL
                  FROM giftcard_redemption redemption
                 WHERE redemption.state NOT IN %(undone)s AND redemption.state <> 'draft'
                   AND NOT redemption.transfer_due
                   AND NOT EXISTS (SELECT FROM stock_picking WHERE giftcard_redemption_id = redemption.id)
                   AND EXISTS (SELECT FROM giftcard_redemption_line line
                                 JOIN product_product product ON product.id = line.product_id
                                 JOIN product_template template ON template.id = product.product_tmpl_id
                                WHERE line.redemption_id = redemption.id AND template.type <> 'service')
                """,
                undone=UNDONE,
                pending=PENDING,
            ),
            "nothing is reserved for an undone redemption": SQL(
                """
                SELECT redemption.id AS redemption_id, redemption.state, move_line.id AS move_line_id,
                       move_line.quantity
                  FROM giftcard_redemption redemption
                  JOIN stock_picking picking ON picking.giftcard_redemption_id = redemption.id
                  JOIN stock_move_line move_line ON move_line.picking_id = picking.id
                 WHERE redemption.state IN %s AND move_line.quantity > 0 AND picking.state <> 'done'
                """,
                UNDONE,
            ),
            "a redemption for pickup has one code: open while it is ready, used once it is done": SQL(
                """
                SELECT redemption.id AS redemption_id, redemption.state,
                       COUNT(*) FILTER (WHERE code.state = 'open') AS open,
                       COUNT(*) FILTER (WHERE code.state = 'used') AS used
                  FROM giftcard_redemption redemption
             LEFT JOIN giftcard_pickup_code code ON code.redemption_id = redemption.id
                 GROUP BY redemption.id
                HAVING COUNT(*) FILTER (WHERE code.state = 'open' AND code.role = 'member')
                       <> (redemption.state = 'ready')::int
                    OR COUNT(*) FILTER (WHERE code.state = 'open' AND code.role = 'proxy')
                       > (redemption.state = 'ready')::int
                    OR COUNT(*) FILTER (WHERE code.state = 'used')
                       <> (redemption.state IN ('done', 'returned') AND redemption.fulfilment = 'pickup'
                           AND NOT EXISTS (SELECT FROM giftcard_redemption_line
                                            WHERE redemption_id = redemption.id AND unclaimed_quantity > 0))::int
                """
            ),
            "a used code says when, where and by whom": SQL(
                """
                SELECT id AS code_id, used_at, used_by_id, used_store_id
                  FROM giftcard_pickup_code
                 WHERE state = 'used'
                   AND (used_at IS NULL OR used_by_id IS NULL OR used_store_id IS DISTINCT FROM store_id)
                """
            ),
            "the steps of a redemption lead to its state": SQL(
                """
                SELECT redemption.id AS redemption_id, redemption.state, step.to_state
                  FROM giftcard_redemption redemption
             LEFT JOIN LATERAL (SELECT to_state FROM giftcard_redemption_transition
                                 WHERE redemption_id = redemption.id
                                 ORDER BY id DESC LIMIT 1) step ON TRUE
                 WHERE redemption.state IS DISTINCT FROM COALESCE(step.to_state, 'draft')
                """
            ),
        }
