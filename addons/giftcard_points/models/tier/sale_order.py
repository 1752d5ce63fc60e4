from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_confirm(self):
        """Where growth is money spent, who spends enough rises at once."""
        result = super().action_confirm()
        tiers = self.env["giftcard.tier"]
        if tiers._setting("source") == "spend":
            self.flush_recordset()
            tiers._raise_members(self.partner_id.filtered("member_number"))
        return result
