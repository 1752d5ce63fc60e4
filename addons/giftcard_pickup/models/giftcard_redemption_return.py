from collections import Counter

from odoo import models
from odoo.tools import SQL

from ..exceptions import IllegalTransition
from .amounts import total


class GiftcardRedemption(models.Model):
    """Goods that come back by a standard return: points to the lots they came from, cash by a refund, once.

    A guarded counter on each line decides how much may still come back, whoever returns it at the same time.
    """

    _inherit = "giftcard.redemption"

    def _lock_for_return(self):
        """Lock in the order of all locks, before the goods move."""
        self._lock()
        self._lock_cards()
        self.line_ids.reward_id._lock()

    def _take_return(self, picking):
        """Give back what the returned goods cost; called in the transaction that takes them in.

        :param picking: the done ``stock.picking`` of the return
        :raise IllegalTransition: when more comes back than was handed over, or before it was
        """
        self.ensure_one()
        if self.state not in ("shipped", "done"):
            raise IllegalTransition(self.env._("The goods of %s cannot come back: they have not left.", self.name))
        pieces = self._count_returned(picking)
        if not pieces:
            return
        lines = self.line_ids.browse(pieces)
        part, reason = f"return/{picking.id}", self.env._("Returned: %s", picking.name)
        ledger = self._ledger()
        points = total((line.points_price, pieces[line.id]) for line in lines)
        ledger._refund(self._act("refund", reason, part=part), self.hold_id.operation_id, points)
        if cash := total((line.cash_price, pieces[line.id]) for line in lines):
            if self.cash_hold_id:
                act = self._act("refund", reason, part=f"{part}/cash")
                ledger._refund(act, self.cash_hold_id.operation_id, cash)
            else:
                self._owe_cash(cash, part, reason, pieces)
        lines.reward_id._give_back(pieces)
        if all(
            line.returned_quantity == line.quantity - line.unclaimed_quantity
            for line in self.line_ids
            if line._is_goods()
        ):
            self._transition("returned", reason)

    def _count_returned(self, picking):
        """:return: dict of line id -> pieces that have come back with this transfer"""
        back = Counter()
        for move in picking.move_ids.filtered(lambda move: move.state == "done"):
            back[move.product_id] += int(move.product_uom._compute_quantity(move.quantity, move.product_id.uom_id))
        pieces = {}
        for product, quantity in back.items():
            for line in self.line_ids.filtered(lambda line: line._is_goods()).sorted("id"):
                if line.product_id == product and quantity:
                    taken = min(quantity, line.quantity - line.unclaimed_quantity - line.returned_quantity)
                    quantity -= taken
                    if taken:
                        pieces[line.id] = taken
            if quantity:
                raise IllegalTransition(
                    self.env._(
                        "Of %(redemption)s fewer pieces of %(product)s can come back.",
                        redemption=self.name,
                        product=product.display_name,
                    )
                )
        if pieces:
            self._return_pieces(pieces)
        return pieces

    def _return_pieces(self, pieces):
        self.line_ids.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_redemption_line line SET returned_quantity = returned_quantity + back.quantity
                  FROM unnest(%s, %s) AS back (id, quantity)
                 WHERE line.id = back.id
                   AND line.returned_quantity + back.quantity <= line.quantity - line.unclaimed_quantity
             RETURNING line.id
                """,
                list(pieces),
                list(pieces.values()),
            )
        )
        self.line_ids.invalidate_recordset(flush=False)
        if len(rows) < len(pieces):
            raise IllegalTransition(self.env._("These goods of %s have come back already.", self.name))
