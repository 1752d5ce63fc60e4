from odoo import models

from ..ledger.act import Act, Native, Undone


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
        """Undo what the order moved, operation by operation, instead of adding and subtracting the same numbers."""
        for order in self:
            if order.state == "sale":
                order._undo_operations()
            undone = order.with_context(giftcard_native=Undone.document(order))
            super(SaleOrder, undone)._action_cancel()
        return True

    def _undo_operations(self):
        """Give back what cards paid, to the same lots; then take back what the order brought.

        Of money on cards that is what is left; a gift card is closed by it. Coupons are taken back as a whole. Points
        are undone where they are booked, see ``models/earning``.

        :raise InsufficientBalance: when a coupon is spent and the program allows no debt
        """
        self.ensure_one()
        ledger = self.env["giftcard.ledger"]
        # Who may cancel an order need not read the ledger.
        operations = (
            self.env["giftcard.operation"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("kind", "in", ("spend", "issue", "load", "earn")),
                    ("entry_ids.program_type", "!=", "loyalty"),
                ]
            )
            .sorted(lambda operation: (operation.kind != "spend", operation.id))
        )
        for operation in operations:
            reason = self.env._("Order %s is cancelled.", self.name)
            act = Act(
                "refund",
                key=f"sale.order/{self.id}/undo/{operation.id}",
                document=(self._name, self.id),
                reason=reason,
            )
            ledger._undo(act, operation.with_env(self.env))
