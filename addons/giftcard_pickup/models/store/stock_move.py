from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        moves._update_store_requests()
        return moves

    def _action_cancel(self):
        result = super()._action_cancel()
        self._update_store_requests()
        return result

    def _update_store_requests(self):
        if references := self.reference_ids:
            # The warehouse need not see the stores' requests.
            self.env["giftcard.store.request"].sudo().search([("reference_id", "in", references.ids)])._update_state()
