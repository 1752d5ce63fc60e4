from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import AccessError


class GiftcardCardChange(models.TransientModel):
    _inherit = "giftcard.card.change"

    kind = fields.Selection(selection_add=[("payout", "Pay out")], ondelete={"payout": "cascade"})
    amount = fields.Float(digits="Gift Card Value", help="0: all that was paid in and is free. A bonus stays.")

    @api.depends("kind")
    def _compute_final(self):
        result = super()._compute_final()
        for change in self.filtered(lambda change: change.kind == "payout"):
            change.final = True
        return result

    def _apply_payout(self):
        if not self.env.user.has_group("giftcard_points.group_manager"):
            raise AccessError(self.env._("Only managers pay money out."))
        for card in self.card_ids.sorted("id"):
            # One wizard, one payout a card: a repeated click finds it booked.
            act = card._act("payout", self.reason)
            act = replace(act, key=f"{self._name}/{self.id}/{card.id}")
            self.env["giftcard.ledger"]._pay_out(act, card, self.amount or None)
