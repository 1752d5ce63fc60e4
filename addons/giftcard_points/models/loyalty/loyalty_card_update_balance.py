from odoo import models

from ..ledger.act import Adjustment


class LoyaltyCardUpdateBalance(models.TransientModel):
    _inherit = "loyalty.card.update.balance"

    def action_update_card_point(self):
        """Book the change as an adjustment with the reason given."""
        adjusted = self.with_context(giftcard_native=Adjustment(self.description))
        return super(LoyaltyCardUpdateBalance, adjusted).action_update_card_point()
