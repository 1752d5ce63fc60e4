from odoo import models
from odoo.tools import SQL

from ..states import PENDING, UNDONE


class GiftcardLedger(models.AbstractModel):
    _inherit = "giftcard.ledger"

    def _invariants(self):
        return {
            **super()._invariants(),
            "what was sent is what was redeemed": SQL(
                """
                SELECT redemption.id AS redemption_id, redemption.state, line.product_id, line.quantity, sent.quantity
                  FROM giftcard_redemption redemption
                  JOIN (SELECT redemption_id, product_id, SUM(quantity) AS quantity
                          FROM giftcard_redemption_line GROUP BY redemption_id, product_id) line
                    ON line.redemption_id = redemption.id
                  JOIN LATERAL (SELECT SUM(move.quantity) AS quantity
                                  FROM stock_picking picking
                                  JOIN stock_move move ON move.picking_id = picking.id
                                  JOIN stock_location destination ON destination.id = move.location_dest_id
                                 WHERE picking.giftcard_redemption_id = redemption.id AND move.state = 'done'
                                   AND move.product_id = line.product_id AND destination.usage = 'customer') sent
                    ON TRUE
                 WHERE redemption.fulfilment = 'delivery'
                   AND (sent.quantity > line.quantity
                        OR (redemption.state = 'shipped' AND sent.quantity < line.quantity))
                """
            ),
            "goods leave for a store once they are redeemed for good, and wait for nobody else": SQL(
                """
                SELECT redemption.id AS redemption_id, redemption.state, picking.id AS picking_id,
                       picking.state AS picking
                  FROM giftcard_redemption redemption
                  JOIN stock_picking picking ON picking.giftcard_supply_id = redemption.id
                  JOIN stock_picking_type type ON type.id = picking.picking_type_id
                 WHERE type.warehouse_id <> redemption.warehouse_id
                   AND ((redemption.state IN %(pending)s AND picking.state = 'done')
                        OR (redemption.state IN %(undone)s AND picking.state NOT IN ('done', 'cancel'))
                        OR (redemption.state = 'ready' AND picking.state <> 'done' AND picking.state <> 'cancel'))
                """,
                pending=PENDING,
                undone=UNDONE,
            ),
        }
