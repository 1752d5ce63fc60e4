from collections import defaultdict

from odoo import models

from ..ledger.act import Act


class AccountMove(models.Model):
    """A credit note for cards that were sold takes back what is left of them."""

    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft)
        for move in posted.filtered(lambda move: move.move_type == "out_refund"):
            move._void_cards()
        return posted

    def _void_cards(self):
        """Void as many gift cards as are credited, the fullest first, and as much of a top-up."""
        refunded = defaultdict(list)
        # An invoicing clerk need not read orders and cards.
        for line in self.sudo().invoice_line_ids.filtered("sale_line_ids"):
            for order in line.sale_line_ids.order_id:
                refunded[order].append(line)
        ledger = self.env["giftcard.ledger"]
        for order, lines in refunded.items():
            for line in lines:
                for key, operation, limit in order._sold_value(line):
                    act = Act(
                        "payout",
                        key=key,
                        document=(self._name, self.id),
                        reason=self.env._("%(order)s is credited by %(note)s.", order=order.name, note=self.name),
                    )
                    ledger._void(act, operation.with_env(self.env), limit)
