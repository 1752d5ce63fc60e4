from odoo import models


class SaleOrder(models.Model):
    """Gift cards with themes, sold in the back office and online."""

    _inherit = "sale.order"

    def action_confirm(self):
        for order in self:
            for line in order.order_line.filtered("giftcard_theme_id"):
                line.giftcard_theme_id._refuse_amount(line.price_unit)
        result = super().action_confirm()
        for order in self.filtered(lambda order: order.state == "sale"):
            # Whoever sells need not write cards; the theme is the line's.
            cards = order.sudo()._issued_gift_cards().filtered(lambda card: not card.theme_id)
            cards._set_themes(order.order_line._sold_cards())
        return result

    def _issued_gift_cards(self):
        """:return: the gift cards that this order issued"""
        return self.env["loyalty.card"].search(
            [("order_id", "in", self.ids), ("program_id.program_type", "=", "gift_card")]
        )

    def _sold_value(self, credit):
        """What is to be taken back for a line of a credit note.

        :param credit: ``account.move.line`` that credits lines of this order
        :return: list of (``giftcard.operation`` that granted the value, amount at most or None: all that is left)
        """
        self.ensure_one()
        operations = self.env["giftcard.operation"].search(
            [("res_model", "=", self._name), ("res_id", "=", self.id), ("kind", "in", ("issue", "load"))]
        )
        undone = self.env["giftcard.operation"].search([("refund_of_id", "in", operations.ids)]).refund_of_id
        entries = (operations - undone).entry_ids.filtered(
            lambda entry: credit.product_id in entry.program_id.rule_ids.product_ids
        )
        value = credit.price_total / credit.quantity if credit.quantity else 0.0
        if wallets := entries.filtered(lambda entry: entry.program_type == "ewallet"):
            return [(entry.operation_id, credit.price_total) for entry in wallets[:1]]
        cards = entries.filtered(
            lambda entry: (
                entry.program_type == "gift_card" and credit.currency_id.compare_amounts(entry.amount, value) == 0
            )
        )
        fullest = cards.sorted(lambda entry: (-entry.card_id.balance, entry.id))
        return [(entry.operation_id, None) for entry in fullest[: int(credit.quantity)]]
