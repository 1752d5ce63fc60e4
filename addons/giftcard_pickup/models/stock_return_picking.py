from odoo import models


class StockReturnPicking(models.TransientModel):
    _inherit = "stock.return.picking"

    def action_create_exchanges(self):
        """Of a redemption: other pieces go out for those that come back, so nothing is given back for these."""
        action = super().action_create_exchanges()
        # The flag is no warehouse worker's to write.
        self.env["stock.picking"].browse(action["res_id"]).sudo().giftcard_exchange = True
        return action
