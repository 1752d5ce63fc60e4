from odoo import api, models

from ...exceptions import CodeNotAccepted
from ..ledger.act import capture_key
from ..sales.pos_order import HOLD_SECONDS


class PosOrder(models.Model):
    """Payment codes: the one that a till has bound to its order is used up by the transaction that takes the value."""

    _inherit = "pos.order"

    @api.model
    def giftcard_hold(self, order_uuid, amounts):
        self.check_access("create")
        member = self.env["giftcard.payment.code"]._keep(order_uuid, HOLD_SECONDS)
        cards = self.env["loyalty.card"].search([("id", "in", [int(card_id) for card_id in amounts])])
        if cards.filtered(lambda card: card.program_id.payment_code_required and card.partner_id != member):
            return {"successful": False, "message": self._payment_code_message(), "points": {}}
        return super().giftcard_hold(order_uuid, amounts)

    def _capture_cards(self):
        super()._capture_cards()
        # Taken above; whose code it was decides whether it stays so.
        wallets = (
            self.env["loyalty.card"].union(*self._card_payments()).filtered(lambda card: card.program_type == "ewallet")
        )
        if not wallets:
            return
        # Cashiers do not read the ledger.
        operation = (
            self.env["giftcard.operation"]
            .sudo()
            .search(
                [("kind", "=", "spend"), ("idempotency_key", "=", capture_key(self.id, wallets[0].id))],
                order="id desc",
                limit=1,
            )
        )
        member = self.env["giftcard.payment.code"]._use(self, wallets.partner_id, operation)
        for wallet in wallets:
            if wallet.program_id.payment_code_required and wallet.partner_id != member:
                raise CodeNotAccepted(self._payment_code_message())

    def _payment_code_message(self):
        return self.env._("This stored value is paid with a payment code of the member's. Scan a new one.")
