from odoo import models

from ..ledger.act import Native


class PosOrder(models.Model):
    _inherit = "pos.order"

    def confirm_coupon_programs(self, coupon_data):
        """Attribute the value that native code moves to this order."""
        native = Native.document(self, self.config_id.giftcard_store_id)
        attributed = self.with_context(giftcard_native=native)
        return super(PosOrder, attributed).confirm_coupon_programs(coupon_data)
