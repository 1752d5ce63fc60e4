from odoo import models


class PosOrder(models.Model):
    _inherit = "pos.order"

    def action_pos_order_paid(self):
        """Where growth is money spent, who spends enough rises at once."""
        result = super().action_pos_order_paid()
        tiers = self.env["giftcard.tier"]
        if tiers._setting("source") == "spend":
            self.flush_recordset()
            tiers._raise_members(self.partner_id.filtered("member_number"))
        return result
