from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_assign(self, force_qty=False):
        """Native reservation makes another quant where the one it wants is locked, and so gives away what a redemption
        takes at the same moment. Of goods that can be redeemed it waits for the quants, in the order of all locks.
        """
        # Who reserves need not see rewards, goods cards or quants.
        redeemable = self.env["product.product"].sudo()
        for offers in ("giftcard.reward", "giftcard.goods.item"):
            offered = self.env[offers].sudo().with_context(active_test=False)
            redeemable |= offered.search([("product_id", "in", self.product_id.ids)]).product_id
        redeemable = redeemable.filtered("is_storable")
        if redeemable:
            moves = self.sudo().filtered(lambda move: move.product_id in redeemable)
            self.env["stock.quant"].sudo()._giftcard_lock(redeemable, moves.location_id)
        return super()._action_assign(force_qty=force_qty)
