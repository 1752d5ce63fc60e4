from odoo import models


class GiftcardRedemptionLine(models.Model):
    _inherit = "giftcard.redemption.line"

    def _returnable_quantity(self):
        """:return: pieces that the member has and that have not come back"""
        return self.quantity - self.unclaimed_quantity - self.returned_quantity
