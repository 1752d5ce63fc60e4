from uuid import uuid4

from odoo import fields, models


class GiftcardStorePaymentCharge(models.TransientModel):
    """A clerk scans the payment code of a member, whose cards pay."""

    _name = "giftcard.store.payment.charge"
    _description = "Scan a Payment Code"

    store_id = fields.Many2one(
        "giftcard.store",
        required=True,
        default=lambda self: self.env["giftcard.store"].search([("user_ids", "in", self.env.uid)], limit=1),
    )
    currency_id = fields.Many2one(related="store_id.company_id.currency_id")
    amount = fields.Monetary(required=True)
    code = fields.Char(string="Payment Code", required=True)
    key = fields.Char(required=True, readonly=True, default=lambda self: uuid4().hex)

    def action_charge(self):
        payment = self.env["giftcard.store.payment"]._charge(self.store_id, self.code, self.amount, self.key)
        return payment.get_formview_action()
