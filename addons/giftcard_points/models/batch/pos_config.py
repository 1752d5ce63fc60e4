from odoo import models


class PosConfig(models.Model):
    _inherit = "pos.config"

    def use_coupon_code(self, code, creation_date, partner_id, pricelist_id):
        """A paper card is used by its secret, not by its number, which everybody may know."""
        native = self.env["giftcard.code"]._native_code(code, self.giftcard_store_id)
        if native is None:
            message = self.env._("This coupon is invalid (%s).", code)
            return {"successful": False, "payload": {"error_message": message}}
        return super().use_coupon_code(native, creation_date, partner_id, pricelist_id)
