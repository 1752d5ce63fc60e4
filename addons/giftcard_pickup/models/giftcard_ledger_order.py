from odoo import models
from odoo.tools import SQL

from .states import OPEN, PENDING, UNDONE


class GiftcardLedger(models.AbstractModel):
    """What is always true of the cash of redemptions."""

    _inherit = "giftcard.ledger"

    def _invariants(self):
        return {
            **super()._invariants(),
            "a redemption with cash is approved only once it is paid, and its money given back when it is undone": SQL(
                """
                SELECT redemption.id AS redemption_id, redemption.state, redemption.cash_total, hold.state AS hold,
                       redemption.transaction_id, redemption.payment_id, refunds.amount AS refunds
                  FROM giftcard_redemption redemption
             LEFT JOIN giftcard_hold hold ON hold.id = redemption.cash_hold_id
             LEFT JOIN LATERAL (SELECT COALESCE(SUM(refund.amount), 0) AS amount FROM giftcard_refund refund
                                 WHERE refund.redemption_id = redemption.id
                                   AND refund.transaction_id IS NOT DISTINCT FROM redemption.transaction_id
                               ) refunds ON TRUE
                 WHERE redemption.cash_total > 0 AND redemption.state <> 'draft'
                   AND CASE WHEN hold.id IS NOT NULL
                            THEN hold.amount <> redemption.cash_total
                                 OR (redemption.state IN %(pending)s AND hold.state <> 'open')
                                 OR (redemption.state IN %(open)s AND hold.state <> 'captured')
                                 OR (redemption.state IN %(undone)s AND hold.state NOT IN ('captured', 'released'))
                            WHEN redemption.transaction_id IS NULL AND redemption.payment_id IS NULL
                            THEN redemption.state <> 'awaiting_payment' AND redemption.state NOT IN %(undone)s
                            ELSE redemption.state = 'awaiting_payment'
                                 OR (redemption.state IN %(undone)s AND refunds.amount <> redemption.cash_total)
                        END
                """,
                pending=PENDING,
                open=OPEN,
                undone=UNDONE,
            ),
            "money that came for a redemption has paid it or is given back, never more than came": SQL(
                """
                SELECT paid.id AS transaction_id, paid.amount, paid.giftcard_owed, redemption.id AS redemption_id,
                       COALESCE(SUM(refund.amount), 0) AS refunds
                  FROM payment_transaction paid
                  JOIN giftcard_redemption redemption ON redemption.id = paid.giftcard_redemption_id
             LEFT JOIN giftcard_refund refund ON refund.transaction_id = paid.id
                 WHERE paid.state = 'done' AND paid.operation <> 'refund'
                 GROUP BY paid.id, redemption.id
                HAVING COALESCE(SUM(refund.amount), 0) > paid.amount
                    OR COALESCE(SUM(refund.amount), 0) <> COALESCE(paid.giftcard_owed, 0)
                    OR (redemption.transaction_id IS DISTINCT FROM paid.id
                        AND COALESCE(SUM(refund.amount), 0) <> paid.amount)
                """
            ),
            "goods are promised for what waits for its transfer, as many as it needs, and reserved in the stock": SQL(
                """
                SELECT redemption.id AS redemption_id, redemption.state, redemption.transfer_due,
                       promised.quantity AS promised, needed.quantity AS needed
                  FROM giftcard_redemption redemption
             LEFT JOIN LATERAL (SELECT SUM(quantity) AS quantity FROM giftcard_promise
                                 WHERE redemption_id = redemption.id) promised ON TRUE
             LEFT JOIN LATERAL (SELECT SUM(line.quantity) AS quantity
                                  FROM giftcard_redemption_line line
                                  JOIN product_product product ON product.id = line.product_id
                                  JOIN product_template template ON template.id = product.product_tmpl_id
                                 WHERE line.redemption_id = redemption.id AND template.is_storable) needed ON TRUE
                 WHERE (redemption.transfer_due OR promised.quantity IS NOT NULL)
                   AND (NOT redemption.transfer_due OR redemption.state NOT IN %(live)s
                        OR COALESCE(promised.quantity, 0) <> COALESCE(needed.quantity, 0))
                 UNION ALL
                SELECT NULL, NULL, NULL, promise.quantity, quant.quantity
                  FROM (SELECT product_id, location_id, lot_id, package_id, owner_id, SUM(quantity) AS quantity
                          FROM giftcard_promise
                         GROUP BY product_id, location_id, lot_id, package_id, owner_id) promise
             LEFT JOIN LATERAL (SELECT SUM(reserved_quantity) AS quantity FROM stock_quant quant
                                 WHERE quant.product_id = promise.product_id
                                   AND quant.location_id = promise.location_id
                                   AND quant.lot_id IS NOT DISTINCT FROM promise.lot_id
                                   AND quant.package_id IS NOT DISTINCT FROM promise.package_id
                                   AND quant.owner_id IS NOT DISTINCT FROM promise.owner_id) quant ON TRUE
                 WHERE COALESCE(quant.quantity, 0) < promise.quantity
                """,
                live=PENDING + OPEN,
            ),
        }
