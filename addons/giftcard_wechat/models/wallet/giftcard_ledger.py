from odoo import models
from odoo.tools import SQL


class GiftcardLedger(models.AbstractModel):
    """What payments in stores add to what is always true."""

    _inherit = "giftcard.ledger"

    def _invariants(self):
        return {
            **super()._invariants(),
            "cards and provider pay a store together, or neither does": SQL(
                """
                SELECT payment.id AS payment_id, payment.state, payment.amount, parts.amount AS by_cards
                  FROM giftcard_store_payment payment
             LEFT JOIN LATERAL (SELECT COALESCE(SUM(part.amount), 0) AS amount,
                                       BOOL_AND(part.operation_id IS NOT NULL) AS taken,
                                       BOOL_OR(part.operation_id IS NOT NULL) AS any_taken,
                                       BOOL_AND(hold.state = 'open') AS held,
                                       BOOL_OR(hold.state = 'open') AS any_held
                                  FROM giftcard_store_payment_part part
                             LEFT JOIN giftcard_hold hold ON hold.id = part.hold_id
                                 WHERE part.payment_id = payment.id) parts ON TRUE
             LEFT JOIN payment_transaction tx ON tx.id = payment.transaction_id
                 WHERE CASE payment.state
                       WHEN 'paid' THEN parts.taken IS FALSE OR parts.any_held
                                        OR parts.amount + COALESCE(tx.amount, 0) <> payment.amount
                                        OR tx.state <> 'done'
                       WHEN 'pending' THEN parts.held IS FALSE OR parts.any_taken
                       ELSE parts.any_held OR parts.any_taken END
                """
            ),
            "of a payment in a store no more went back than its refunds say": SQL(
                """
                SELECT payment.id AS payment_id, payment.refunded, back.amount
                  FROM giftcard_store_payment payment
             LEFT JOIN LATERAL (SELECT COALESCE(SUM(refund.amount), 0) AS amount
                                  FROM giftcard_store_refund refund
                                 WHERE refund.payment_id = payment.id) back ON TRUE
                 WHERE COALESCE(payment.refunded, 0) <> back.amount
                """
            ),
        }
