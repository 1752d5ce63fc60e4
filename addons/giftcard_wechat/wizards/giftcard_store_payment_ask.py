from odoo import fields, models


class GiftcardStorePaymentAsk(models.TransientModel):
    """A clerk enters an amount and shows its QR code."""

    _name = "giftcard.store.payment.ask"
    _description = "Ask for a Payment"

    store_id = fields.Many2one(
        "giftcard.store",
        required=True,
        default=lambda self: self.env["giftcard.store"].search([("user_ids", "in", self.env.uid)], limit=1),
    )
    currency_id = fields.Many2one(related="store_id.company_id.currency_id")
    amount = fields.Monetary(required=True)
    note = fields.Char(help="What it is for; the member sees it.")

    def action_ask(self):
        payment = self.env["giftcard.store.payment"]._ask(self.store_id, self.amount, self.note)
        return payment.get_formview_action()
