from odoo import models
from odoo.tools import SQL

from ..states import PENDING, UNDONE
from .loyalty_program import GOODS


class GiftcardLedger(models.AbstractModel):
    """Goods cards are used up with their last piece, and what is always true of them."""

    _inherit = "giftcard.ledger"

    def _enter_debit(self, operation, card, amount, balance, version, parts, owed=0):
        entry_id = super()._enter_debit(operation, card, amount, balance, version, parts, owed)
        # The programme is read with the ledger's rights.
        if not balance and card.sudo().program_type == GOODS:
            self.env.execute_query(
                SQL("UPDATE loyalty_card SET state = 'used' WHERE id = %s AND state = 'active' RETURNING id", card.id)
            )
            self._changed(card)
        return entry_id

    def _invariants(self):
        return {
            **super()._invariants(),
            "of a goods card, no more is exchanged than it promises, as a whole and of each of the goods": SQL(
                """
                SELECT redemption.goods_card_id AS card_id, line.goods_item_id,
                       SUM(line.quantity - line.unclaimed_quantity - line.returned_quantity) AS exchanged
                  FROM giftcard_redemption redemption
                  JOIN giftcard_redemption_line line ON line.redemption_id = redemption.id
                  JOIN loyalty_card card ON card.id = redemption.goods_card_id
                  JOIN loyalty_program program ON program.id = card.program_id
             LEFT JOIN giftcard_goods_item item ON item.id = line.goods_item_id
                 WHERE redemption.state NOT IN %s
                 GROUP BY GROUPING SETS ((redemption.goods_card_id), (redemption.goods_card_id, line.goods_item_id))
                HAVING SUM(line.quantity - line.unclaimed_quantity - line.returned_quantity)
                       > CASE WHEN GROUPING(line.goods_item_id) = 1 THEN MAX(program.goods_pieces)
                              ELSE MAX(item.quantity) END
                """,
                UNDONE,
            ),
            "what is exchanged of a goods card is what the ledger took and holds of it": SQL(
                """
                SELECT card.id AS card_id, card.held, line.pending, line.exchanged, entry.taken
                  FROM loyalty_card card
                  JOIN loyalty_program program ON program.id = card.program_id AND program.program_type = %(goods)s
                 CROSS JOIN LATERAL (
                    SELECT COALESCE(SUM(quantity) FILTER (WHERE redemption.state IN %(pending)s), 0) AS pending,
                           COALESCE(SUM(quantity - unclaimed_quantity - returned_quantity)
                                        FILTER (WHERE redemption.state NOT IN %(pending)s), 0) AS exchanged
                      FROM giftcard_redemption redemption
                      JOIN giftcard_redemption_line line ON line.redemption_id = redemption.id
                     WHERE redemption.goods_card_id = card.id AND redemption.state NOT IN %(undone)s
                 ) line
                 CROSS JOIN LATERAL (
                    SELECT COALESCE(-SUM(entry.amount), 0) AS taken
                      FROM giftcard_entry entry
                      JOIN giftcard_operation operation ON operation.id = entry.operation_id
                     WHERE entry.card_id = card.id AND operation.res_model = 'giftcard.redemption'
                 ) entry
                 WHERE card.held <> line.pending OR entry.taken <> line.exchanged
                """,
                goods=GOODS,
                pending=PENDING,
                undone=UNDONE,
            ),
            "goods are exchanged for the hold of their card, at the price of one piece each": SQL(
                """
                SELECT line.id AS line_id, redemption.id AS redemption_id, redemption.goods_card_id
                  FROM giftcard_redemption_line line
                  JOIN giftcard_redemption redemption ON redemption.id = line.redemption_id
             LEFT JOIN giftcard_goods_item item ON item.id = line.goods_item_id
             LEFT JOIN loyalty_card card ON card.id = redemption.goods_card_id
             LEFT JOIN giftcard_hold hold ON hold.id = redemption.hold_id
                 WHERE (line.goods_item_id IS NULL) <> (redemption.goods_card_id IS NULL)
                    OR line.goods_item_id IS NOT NULL
                       AND (line.points_price <> 1 OR item.product_id <> line.product_id
                            OR item.program_id <> card.program_id OR hold.card_id IS DISTINCT FROM card.id)
                """
            ),
        }
