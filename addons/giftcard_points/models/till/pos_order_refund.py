from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from ..ledger.act import Act, capture_key, refund_key

MONEY = ("gift_card", "ewallet")


class PosOrder(models.Model):
    """Refunds at the till, in the transaction that stores the refund order.

    What a card or eWallet paid of an order stands in its reward lines, so refunding a reward line is refunding the
    card: its value goes back to the card it came from (or its successor) and to the same lots, in proportion to what
    the refund line is worth. Refunding the product by which a card was sold or a wallet loaded takes that value back.
    Stock Odoo does neither: it forbids the first at the till and ignores the second.
    """

    _inherit = "pos.order"

    @api.model
    def giftcard_check_refund(self, values):
        """Tell before a refund is validated whether it can be stored; nothing is moved.

        :param values: {id of the refunded order line: what of it is refunded, positive}
        :return: ``{"successful": bool, "message": str}``
        """
        self.check_access("create")
        values = {int(line_id): value for line_id, value in values.items()}
        # Cashiers may read the orders of their companies.
        lines = self.env["pos.order.line"].search([("id", "in", list(values))])
        try:
            for operation, amount in self._shares((line, values[line.id]) for line in lines).items():
                self.env["giftcard.ledger"]._check_refundable(operation, amount)
            sold = self._sold_by(
                (line, round(values[line.id] / abs(line.giftcard_amount) * line.qty, 6))
                for line in lines
                if line.giftcard_amount
            )
            for operation, amount in sold.items():
                self.env["giftcard.ledger"]._check_reversible(operation, amount)
        except UserError as refusal:
            return {"successful": False, "message": str(refusal)}
        return {"successful": True, "message": ""}

    def _process_saved_order(self, draft):
        order_id = super()._process_saved_order(draft)
        if not draft and self.state != "cancel":
            self._undo_cards()
        return order_id

    def _undo_cards(self):
        """Give back what cards paid of the lines refunded here, and take back what was sold by them.

        :raise LedgerError: when more would be given back than was taken, or what was sold is spent
        """
        ledger = self.env["giftcard.ledger"]
        lines = self.lines.filtered(lambda line: line._brings_back())
        shares = self._shares((line.refunded_orderline_id, abs(line.giftcard_amount)) for line in lines)
        for operation, amount in sorted(shares.items(), key=lambda share: share[0].id):
            ledger._refund(self._undo("refund", operation), operation, amount)
        reason = self.env._("Sale refunded")
        sold = self._sold_by((line.refunded_orderline_id, -line.qty) for line in lines)
        for operation, amount in sold.items():
            act = self._undo("reverse", operation, reason)
            if amount is None:
                ledger._reverse(act, operation)
            else:
                ledger._claw_back(act, operation, amount)
            card = ledger._heir(operation.sudo().entry_ids.card_id.with_env(self.env))
            # What was merged into another card does not block that one.
            if card.sudo().program_type == "gift_card" and not card.sudo().balance:
                ledger._set_state(self._undo("freeze", operation, reason), card, "frozen", ("active", "used", "frozen"))

    def _undo(self, kind, operation, reason=None):
        return Act(
            kind,
            key=refund_key(self.id, operation.id),
            document=(self._name, self.id),
            store_id=self.config_id.giftcard_store_id.id or None,
            reason=reason,
        )

    def _shares(self, refunds):
        """What cards get back.

        :param refunds: pairs (order line that is refunded, what of it is refunded, positive)
        :return: {``giftcard.operation`` that took it: amount}
        :raise ValidationError: when a line refunds a card's payment that the ledger does not know
        """
        shares = defaultdict(float)
        for line, value in refunds:
            program = line.reward_id.program_id
            if (
                not line.is_reward_line
                or program.program_type not in MONEY
                or not line.points_cost
                or not line.giftcard_amount
            ):
                continue
            operation = self._taken_by(line)
            if not operation:
                raise ValidationError(self.env._("Card %(code)s has not paid of this order.", code=line.coupon_id.code))
            shares[operation] += line.points_cost * value / abs(line.giftcard_amount)
        return {
            operation: amount
            for operation, share in shares.items()
            if (amount := operation.company_id.currency_id.round(share)) > 0
        }

    def _taken_by(self, line):
        """:return: the ``giftcard.operation`` by which a reward line's card has paid"""
        # Cashiers do not read the ledger.
        Operation = self.env["giftcard.operation"].sudo()
        order = line.order_id
        operation = Operation.search(
            [("kind", "=", "spend"), ("idempotency_key", "=", capture_key(order.id, line.coupon_id.id))]
        )
        return operation.filtered(lambda operation: operation.res_id == order.id)
