from odoo import models


class GiftcardReward(models.Model):
    _inherit = "giftcard.reward"

    def _give_back_pieces(self, pieces):
        """The goods of goods cards have no reward, and no quota."""
        if quotas := {reward_id: count for reward_id, count in pieces.items() if reward_id}:
            return super()._give_back_pieces(quotas)
        return None
