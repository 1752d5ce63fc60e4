from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _try_apply_code(self, code):
        """A paper card is used by its secret, not by its number, which everybody may know."""
        native = self.env["giftcard.code"]._native_code(code, self.env["giftcard.store"])
        if native is None:
            return {"error": self.env._("This code is invalid (%s).", code), "not_found": True}
        return super()._try_apply_code(native)
