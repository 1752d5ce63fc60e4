from odoo import models

from ..ledger.act import Adjustment


class LoyaltyCardUpdateBalance(models.TransientModel):
    _inherit = "loyalty.card.update.balance"

    def action_update_card_point(self):
        """Book the change as an adjustment with the reason given."""
        # Stock Odoo opens this to cashiers; the reason they give does not make them managers.
        self.card_id._refuse_points_by_hand()
        adjusted = self.with_context(giftcard_native=Adjustment(self.description))
        return super(LoyaltyCardUpdateBalance, adjusted).action_update_card_point()
