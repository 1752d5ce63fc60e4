from odoo import api, fields, models


class PosOrder(models.Model):
    """What an order has moved on cards, for the receipt: the ledger's own numbers."""

    _inherit = "pos.order"

    giftcard_balances = fields.Json(
        string="Cards",
        compute="_compute_giftcard_balances",
        help="By card: its name, its masked code, what this order moved and what was left after it.",
    )

    @api.depends("state")
    def _compute_giftcard_balances(self):
        # Cashiers do not read the ledger; of a card they see what its receipt says.
        operations = (
            self.env["giftcard.operation"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "in", self.ids)], order="id")
        )
        for order in self:
            balances = {}
            for entry in operations.filtered(lambda operation, order=order: operation.res_id == order.id).entry_ids:
                card = entry.card_id
                if card.program_type not in ("gift_card", "ewallet"):
                    continue
                line = balances.setdefault(
                    card.id, {"id": card.id, "name": card.program_id.name, "code": card._masked(), "amount": 0}
                )
                line["amount"] = round(line["amount"] + entry.amount, 6)
                line["balance"] = entry.balance
            order.giftcard_balances = list(balances.values())
