from odoo import models
from odoo.exceptions import UserError


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
        """What is to be taken back for a line of a credit note, beyond what it has taken back before: a note may be
        reset to draft, changed and posted again.

        :param credit: ``account.move.line`` that credits lines of this order
        :return: list of (key of the act, ``giftcard.operation`` that granted the value, amount at most or None: all
            that is left)
        :raise UserError: when fewer cards of this value are left than are credited, though there are others
        """
        self.ensure_one()
        Operation = self.env["giftcard.operation"]
        grants = Operation.search(
            [("res_model", "=", self._name), ("res_id", "=", self.id), ("kind", "in", ("issue", "load"))]
        )
        entries = grants.entry_ids.filtered(
            lambda entry: entry.amount > 0 and credit.product_id in entry.program_id.rule_ids.product_ids
        )
        undoing = Operation.search(
            ["|", ("refund_of_id", "in", grants.ids), ("reversal_of_id", "in", grants.ids), ("kind", "!=", "clawback")]
        )
        prefix = f"account.move.line/{credit.id}/"
        mine = undoing.filtered(lambda operation: operation.idempotency_key.startswith(prefix))
        if entries.filtered(lambda entry: entry.program_type == "ewallet"):
            return self._credited_load(credit, entries, undoing, mine)
        value = credit.price_total / credit.quantity if credit.quantity else 0.0
        undone = undoing.refund_of_id | undoing.reversal_of_id
        standing = entries.filtered(
            lambda entry: entry.program_type == "gift_card" and entry.operation_id not in undone
        )
        fitting = standing.filtered(lambda entry: credit.currency_id.compare_amounts(entry.amount, value) == 0)
        wanted = credit.quantity - len(mine)
        if wanted > len(fitting) and standing:
            raise UserError(
                self.env._(
                    "Of the gift cards of %(order)s only %(count)s of this value can be taken back.",
                    order=self.name,
                    count=len(fitting),
                )
            )
        fullest = fitting.sorted(lambda entry: (-entry.card_id.balance, entry.id))
        return [
            (f"{prefix}{entry.operation_id.id}", entry.operation_id, None) for entry in fullest[: max(0, int(wanted))]
        ]

    def _credited_load(self, credit, entries, undoing, mine):
        """:return: as :meth:`_sold_value`, of a top-up, which may be credited in parts"""
        prefix = f"account.move.line/{credit.id}/"
        wanted = credit.price_total + sum(mine.entry_ids.mapped("amount"))
        parts = []
        for entry in entries.filtered(lambda entry: entry.program_type == "ewallet").sorted("id"):
            load = entry.operation_id
            taken = undoing.filtered(
                lambda operation, load=load: load in operation.refund_of_id | operation.reversal_of_id
            )
            part = min(wanted, entry.amount + sum(taken.entry_ids.mapped("amount")))
            if credit.currency_id.compare_amounts(part, 0) > 0:
                parts.append((f"{prefix}{load.id}/{len(taken & mine)}", load, credit.currency_id.round(part)))
                wanted -= part
        return parts
