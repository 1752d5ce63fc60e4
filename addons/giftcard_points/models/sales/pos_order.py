from odoo import models

from ..ledger.act import Native


class PosOrder(models.Model):
    _inherit = "pos.order"

    def confirm_coupon_programs(self, coupon_data):
        """Attribute the value that native code moves to this order."""
        attributed = self.with_context(giftcard_native=Native.document(self))
        return super(PosOrder, attributed).confirm_coupon_programs(coupon_data)
