from odoo import fields, models

from ..ledger.act import Act, Native
from .giftcard_earning import decimal
from .giftcard_earning_back import Sold


class SaleOrder(models.Model):
    """Points of sales orders: multiplied and capped as at the till; booked and undone by the ledger itself.

    Native code books what an order earns and what its rewards cost as one sum, which cannot be undone lot by lot.
    """

    _inherit = "sale.order"

    def action_confirm(self):
        result = super().action_confirm()
        for order in self.filtered(lambda order: order.state == "sale"):
            order._book_points()
        return result

    def _action_cancel(self):
        for order in self.filtered(lambda order: order.state == "sale"):
            order._undo_points()
        return super()._action_cancel()

    def _program_check_compute_points(self, programs):
        # No store sells a sales order.
        result = super()._program_check_compute_points(programs.with_context(giftcard_store_id=False))
        earning, now = self.env["giftcard.earning"], fields.Datetime.now()
        for program, values in result.items():
            if program.program_type == "loyalty" and values.get("points"):
                values["points"] = [
                    float(earning._earned(points, program, self.partner_id, self.env["giftcard.store"], now))
                    for points in values["points"]
                ]
        return result

    def _get_point_changes(self):
        """Points cards are not left to native code when it confirms or cancels."""
        changes = super()._get_point_changes()
        if Native.of(self.env.context).startswith(f"{self._name},"):
            changes = {card: change for card, change in changes.items() if card.program_type != "loyalty"}
        return changes

    def _get_real_points_for_coupon(self, coupon, post_confirm=False):
        """What the order earns cannot pay for its own rewards while it may still be returned."""
        points = super()._get_real_points_for_coupon(coupon, post_confirm)
        program = coupon.program_id
        if program.pending_days and program.applies_on != "future" and self.state not in ("sale", "done"):
            points -= sum(self.coupon_point_ids.filtered(lambda change: change.coupon_id == coupon).mapped("points"))
        return points

    def _book_points(self):
        """Book what this order earns and what its rewards cost, once for each time it is confirmed."""
        self.ensure_one()
        earning, unit = self.env["giftcard.earning"], self.env["giftcard.earning"]._unit()
        for change in self.coupon_point_ids.sudo().sorted(lambda change: change.coupon_id.id):
            points = decimal(change.points).quantize(unit)
            if change.coupon_id.program_type == "loyalty" and points > 0:
                act = self._points_act("earn", change.coupon_id)
                if not change.coupon_id._booked(act):
                    earning._grant(act, change.coupon_id.with_env(self.env), points)
        for card, lines in self.order_line.filtered("points_cost").grouped("coupon_id").items():
            cost = sum(decimal(line.points_cost) for line in lines).quantize(unit)
            if card.program_type == "loyalty" and cost > 0:
                self.env["giftcard.ledger"]._spend(self._points_act("spend", card), card, cost)

    def _undo_points(self):
        """Give back what rewards have cost, then take back what is left of what was earned."""
        ledger = self.env["giftcard.ledger"]
        for operation in self._points_operations().filtered(lambda operation: operation.kind == "spend"):
            taken = operation.entry_ids
            if rest := ledger._not_returned(taken):
                act = Act("refund", key=f"cancel/{operation.id}", document=(self._name, self.id))
                ledger._refund(act, operation.with_env(self.env), rest)
        for operation, __, granted, taken in self.env["giftcard.earning"]._grants_of(self):
            if granted > taken:
                act = Act("reverse", key=f"cancel/{operation.id}", document=(self._name, self.id))
                ledger._claw_back(act, operation, granted - taken)

    def _take_back_points(self, refund):
        """Take back what the lines have earned that credit notes have refunded.

        :param refund: ``account.move`` of the latest
        """
        self.ensure_one()
        lines = [
            Sold(line.product_id, line.product_uom_qty, line.price_total, line._giftcard_refunded())
            for line in self.order_line
            if line.product_id and not line.reward_id and not line.is_downpayment
        ]
        self.env["giftcard.earning"]._take_back(self, lines, refund)

    def _points_operations(self):
        # Who cancels an order need not be allowed to read the ledger.
        return (
            self.env["giftcard.operation"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("kind", "in", ("earn", "spend")),
                    ("entry_ids.card_id.program_id.program_type", "=", "loyalty"),
                ],
                order="id",
            )
        )

    def _points_act(self, kind, card):
        """An order that was cancelled and is confirmed again books again."""
        undone = self._points_operations().filtered(lambda operation: operation.kind == kind)
        undone = undone.filtered(
            lambda operation: (
                self.env["giftcard.operation"]
                .sudo()
                .search_count([("idempotency_key", "=", f"cancel/{operation.id}"), ("refund_of_id", "=", operation.id)])
            )
        )
        return Act(
            kind,
            key=f"sale.order/{self.id}/{card.id}/{kind}/{len(undone)}",
            document=(self._name, self.id),
        )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _giftcard_refunded(self):
        """:return: the quantity of this line that posted credit notes have refunded, in its unit"""
        refunds = self.invoice_lines.filtered(
            lambda line: line.move_id.move_type == "out_refund" and line.move_id.state == "posted"
        )
        return sum(line.product_uom_id._compute_quantity(line.quantity, self.product_uom_id) for line in refunds)
