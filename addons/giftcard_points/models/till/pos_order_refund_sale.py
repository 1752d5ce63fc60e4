from collections import defaultdict
from decimal import ROUND_HALF_UP

from odoo import models
from odoo.exceptions import UserError

from ...exceptions import AlreadyResolved
from ..earning.giftcard_earning import decimal
from ..ledger.act import LINE_KEY


class PosOrder(models.Model):
    """Which operations a refund undoes: what storing the order that is refunded has put on cards for a line."""

    _inherit = "pos.order"

    def _sold_by(self, refunds):
        """What the sale of order lines has put on cards.

        :param refunds: pairs (order line, quantity of it that is refunded)
        :return: {``giftcard.operation``: amount to take back, or None for all of it}
        :raise AlreadyResolved: when there are fewer cards left to take back than are refunded
        :raise UserError: when there is value of this sale that cannot be told apart
        """
        back = {}
        for line, quantity in refunds:
            if quantity > 0 and line._giftcard_programs():
                grants = line.order_id._line_grants()
                leader = line._pool_leader(grants)
                if not leader:
                    operations = self._fitting(line, grants.get(None, self.env["giftcard.operation"]))
                    back |= dict.fromkeys(self._units(line, operations, quantity, back))
                    continue
                members = line.order_id.lines.filtered(
                    lambda one, leader=leader, grants=grants: one.qty > 0 and one._pool_leader(grants) == leader
                )
                if members == line and len(grants[line]) == line.qty:
                    back |= dict.fromkeys(self._units(line, line._equal_grants(grants), quantity, back))
                else:
                    operation = grants[leader].ensure_one()
                    back[operation] = self._part(line, members, operation, quantity, back.get(operation) or 0)
        return back

    def _line_grants(self):
        """:return: {order line: ``giftcard.operation`` records of what storing the order put on cards for it}; those
        that the till's later call put there, of which no line is known, are under None"""
        # Cashiers do not read the ledger.
        operations = (
            self.env["giftcard.operation"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "=", self.id), ("kind", "in", ("issue", "load"))])
        )
        grants = defaultdict(operations.browse)
        for operation in operations:
            key = operation.idempotency_key
            line_id = int(key.removeprefix(LINE_KEY).split("/")[0]) if key.startswith(LINE_KEY) else 0
            grants[self.lines.browse(line_id) if line_id else None] |= operation
        return dict(grants)

    def _units(self, line, operations, quantity, but):
        """:return: of equal cards that were sold together, as many as are refunded; those that have most left"""
        if not operations:
            return operations
        undoing = operations.search(
            ["|", ("reversal_of_id", "in", operations.ids), ("refund_of_id", "in", operations.ids)]
        )
        undone = undoing.reversal_of_id | undoing.refund_of_id
        standing = (operations - undone).filtered(lambda operation: operation not in but)
        if len(standing) < quantity or quantity != int(quantity):
            raise AlreadyResolved(
                self.env._(
                    "Of %(product)s only %(count)s are left to take back.",
                    product=line.product_id.display_name,
                    count=len(standing),
                )
            )
        standing = standing.sorted(lambda operation: (-self._left_of(operation), operation.id))
        return standing[: int(quantity)]

    def _part(self, line, members, operation, quantity, before):
        """:return: Decimal of what a line's share is of the value that was put on one card for several units"""
        entry = operation.entry_ids.ensure_one()
        unit = self.env["giftcard.earning"]._unit()
        sold = sum(decimal(member._sold_for()) for member in members)
        share = decimal(line._sold_for()) * decimal(quantity) / decimal(line.qty) / sold
        amount = before + (decimal(entry.amount) * share).quantize(unit, ROUND_HALF_UP)
        rest = self.env["giftcard.ledger"]._not_taken_back(entry)
        # The last part takes what rounding has left.
        return rest if abs(rest - amount) <= unit * len(members) else amount

    def _fitting(self, line, operations):
        """:return: of operations of which no line is known, those that a line may have caused, by their amount

        :raise UserError: when there are some of its program, but none is of its amount
        """
        programs = line._giftcard_programs()
        operations = operations.filtered(lambda operation: operation.entry_ids.card_id.program_id <= programs)
        value = line.currency_id.round(line._sold_for() / line.qty)
        fitting = operations.filtered(
            lambda operation: line.currency_id.compare_amounts(sum(operation.entry_ids.mapped("amount")), value) == 0
        )
        if operations and not fitting:
            raise UserError(
                self.env._("What was sold by this line cannot be told apart. Take it back from the card itself.")
            )
        return fitting

    def _left_of(self, operation):
        return self.env["giftcard.ledger"]._heir(operation.entry_ids.card_id).sudo().points


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    def _equal_grants(self, grants):
        """:return: the ``giftcard.operation`` records that made the cards of this line, and of lines that are its
        equal: without a number of their own, cards of one product and value are told apart by what is left on them"""
        if self.giftcard_card_id or self.giftcard_code:
            return grants[self]
        equal = self.order_id.lines.filtered(
            lambda line: (
                line in grants
                and line.product_id == self.product_id
                and not line.giftcard_card_id
                and not line.giftcard_code
                and len(grants[line]) == line.qty
                and not self.currency_id.compare_amounts(line._sold_for() / line.qty, self._sold_for() / self.qty)
            )
        )
        return self.env["giftcard.operation"].sudo().union(*(grants[line] for line in equal))

    def _pool_leader(self, grants):
        """:return: the line by which what this one sold was booked: itself, unless one card was made for several"""
        if self in grants:
            return self
        programs = self._giftcard_programs()
        # Cashiers may read programs, not all of their rules.
        pooled = programs and set(programs.mapped("program_type")) == {"gift_card"}
        if not pooled or any(programs.sudo().rule_ids.mapped("reward_point_split")):
            return self.browse()
        leaders = self.order_id.lines.filtered(lambda line: line in grants and line._giftcard_programs() & programs)
        if self.giftcard_code:
            leaders = leaders.filtered(lambda line: line.giftcard_code == self.giftcard_code)
        return leaders[:1]
