from odoo import models

from ..ledger.act import Native


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_confirm(self):
        """Confirm one by one.

        Native code checks each order's balance before it takes anything, so two orders confirmed together overdraw
        a card. One by one, the second is checked against what the first has left.
        """
        if len(self) != 1:
            for order in self:
                order.action_confirm()
            return True
        attributed = self.with_context(giftcard_native=Native.document(self))
        return super(SaleOrder, attributed).action_confirm()

    def _action_cancel(self):
        for order in self:
            attributed = order.with_context(giftcard_native=Native.document(order))
            super(SaleOrder, attributed)._action_cancel()
        return True
