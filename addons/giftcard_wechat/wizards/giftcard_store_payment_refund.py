from uuid import uuid4

from odoo import api, fields, models


class GiftcardStorePaymentRefund(models.TransientModel):
    """A clerk gives a payment back, or a part of it."""

    _name = "giftcard.store.payment.refund"
    _description = "Refund a Payment"

    payment_id = fields.Many2one("giftcard.store.payment", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="payment_id.currency_id")
    amount = fields.Monetary(required=True, compute="_compute_amount", store=True, precompute=True, readonly=False)
    reason = fields.Char(required=True)
    key = fields.Char(required=True, readonly=True, default=lambda self: uuid4().hex)

    @api.depends("payment_id")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = wizard.payment_id.amount - wizard.payment_id.refunded

    def action_refund(self):
        self.payment_id._give_back(self.amount, self.reason, self.key)
        return self.payment_id.get_formview_action()
