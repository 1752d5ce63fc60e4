from odoo import models


class StockMove(models.Model):
    """A step that follows one of a redemption is a step of the redemption."""

    _inherit = "stock.move"

    def _search_picking_for_assignation_domain(self):
        # An exchange goes out under the same reference; it is no part of what was redeemed.
        redemption = self._giftcard_redemption()
        return [*super()._search_picking_for_assignation_domain(), ("giftcard_redemption_id", "=", redemption.id)]

    def _get_new_picking_values(self):
        values = super()._get_new_picking_values()
        if redemption := self._giftcard_redemption():
            values["giftcard_redemption_id"] = redemption.id
            if self.location_dest_id.usage == "customer":
                values["carrier_id"] = redemption.carrier_id.id
        return values

    def _giftcard_redemption(self):
        # The warehouse need not see redemptions.
        return self.sudo().move_orig_ids.picking_id.giftcard_redemption_id[:1]
