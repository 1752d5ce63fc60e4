from odoo import models
from odoo.tools import SQL


class GiftcardLedger(models.AbstractModel):
    """What payment codes add to what is always true."""

    _inherit = "giftcard.ledger"

    def _invariants(self):
        return {
            **super()._invariants(),
            "a payment code that is used has taken value, and no other one has taken the same": SQL(
                """
                SELECT MIN(id) AS code_id, operation_id, COUNT(*) AS codes
                  FROM giftcard_payment_code
                 WHERE state = 'used' OR operation_id IS NOT NULL
                 GROUP BY operation_id
                HAVING operation_id IS NULL OR COUNT(*) > 1 OR BOOL_OR(state <> 'used')
                """
            ),
        }
