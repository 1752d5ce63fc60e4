from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from odoo import models
from odoo.tools import SQL

from ..ledger.act import Act
from .giftcard_earning import decimal


class Sold(NamedTuple):
    """A line of a sale, as far as it is refunded.

    :param quantity: sold
    :param amount: of the line, taxes included
    :param refunded: quantity that has come back so far
    """

    product: object
    quantity: float
    amount: float
    refunded: float


class GiftcardEarning(models.AbstractModel):
    """What is refunded takes its points back: its share of what was booked, never more, from the lots it made."""

    _inherit = "giftcard.earning"

    def _take_back(self, sale, lines, refund, store=None):
        """Take back what refunded lines have earned; the last refund takes what is left.

        :param sale: the document that earned
        :param lines: list of :class:`Sold`, of all its lines
        :param refund: the document that refunds; repeated for it, nothing happens
        :param store: ``giftcard.store`` of the refund
        :raise InsufficientBalance: when the points are spent and the programme allows no debt
        """
        ledger = self.env["giftcard.ledger"]
        for operation, card, granted, taken in self._grants_of(sale):
            share = self._share(card.program_id, lines)
            back = (granted * share).quantize(self._unit(), ROUND_HALF_UP) - taken
            if back > 0:
                act = Act(
                    "reverse",
                    key=f"{refund._name}/{refund.id}/{operation.id}",
                    document=(refund._name, refund.id),
                    store_id=store.id if store else None,
                )
                if not self._booked(operation, act):
                    ledger._claw_back(act, operation, back)

    def _grants_of(self, document):
        """:return: list of (operation, card, granted, taken back so far) of what a document earned and still stands"""
        document.env["loyalty.card"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT operation.id, entry.card_id, entry.amount,
                       COALESCE((SELECT -SUM(back.amount)
                                   FROM giftcard_operation undoing
                                   JOIN giftcard_entry back ON back.operation_id = undoing.id
                                  WHERE undoing.refund_of_id = operation.id), 0)
                  FROM giftcard_operation operation
                  JOIN giftcard_entry entry ON entry.operation_id = operation.id AND entry.amount > 0
                  JOIN loyalty_card card ON card.id = entry.card_id
                  JOIN loyalty_program program ON program.id = card.program_id
                 WHERE operation.res_model = %s AND operation.res_id = %s AND operation.kind = 'earn'
                   AND program.program_type = 'loyalty'
                   AND NOT EXISTS (SELECT FROM giftcard_operation undoing WHERE undoing.reversal_of_id = operation.id)
                 ORDER BY operation.id
                """,
                document._name,
                document.id,
            )
        )
        return [
            (
                self.env["giftcard.operation"].browse(operation_id),
                # Who refunds need not be allowed to read the card.
                self.env["loyalty.card"].sudo().browse(card_id),
                decimal(granted),
                decimal(taken),
            )
            for operation_id, card_id, granted, taken in rows
        ]

    def _booked(self, operation, act):
        [(booked,)] = self.env.execute_query(
            SQL(
                "SELECT COUNT(*) FROM giftcard_operation WHERE refund_of_id = %s AND kind = 'reverse'"
                " AND idempotency_key = %s",
                operation.id,
                act.key,
            )
        )
        return bool(booked)

    def _share(self, program, lines):
        """:return: Decimal from 0 to 1: what of the points belongs to what has come back"""
        lines = [line for line in lines if line.quantity > 0]
        weights = self._weights(program, lines)
        if not any(weights):
            weights = [max(Decimal(0), decimal(line.amount)) for line in lines]
        total = sum(weights)
        if not total:
            return Decimal(0)
        back = sum(
            weight * min(Decimal(1), decimal(line.refunded) / decimal(line.quantity))
            for weight, line in zip(weights, lines, strict=True)
        )
        return back / total

    def _weights(self, program, lines):
        """:return: list of Decimal: the points that each line contributes by the programme's rules"""
        products = self.env["product.product"].sudo().union(*(line.product for line in lines))
        valid = program._get_valid_products(products)
        weights = defaultdict(Decimal)
        for rule in program.rule_ids:
            counted = [index for index, line in enumerate(lines) if line.product in valid.get(rule, products.browse())]
            total = sum(decimal(lines[index].amount) for index in counted)
            rate = decimal(rule.reward_point_amount)
            for index in counted:
                amount = max(Decimal(0), decimal(lines[index].amount))
                if rule.reward_point_mode == "money":
                    weights[index] += rate * amount
                elif rule.reward_point_mode == "unit":
                    weights[index] += rate * decimal(lines[index].quantity)
                elif total > 0:
                    weights[index] += rate * amount / total
        return [weights[index] for index in range(len(lines))]
