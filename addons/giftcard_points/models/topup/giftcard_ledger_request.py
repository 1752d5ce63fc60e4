from odoo import models
from odoo.tools import SQL


class GiftcardLedger(models.AbstractModel):
    """What cash top-ups add to what is always true."""

    _inherit = "giftcard.ledger"

    def _invariants(self):
        return {
            **super()._invariants(),
            "a cash top-up is booked if and only if it is decided so": SQL(
                """
                SELECT request.id AS request_id, request.state, request.operation_id
                  FROM giftcard_top_up_request request
             LEFT JOIN giftcard_operation operation
                    ON operation.id = request.operation_id AND operation.kind = 'load'
                   AND operation.res_model = 'giftcard.top.up.request' AND operation.res_id = request.id
                 WHERE (request.state IN ('done', 'refunded')) <> (operation.id IS NOT NULL)
                """
            ),
        }
