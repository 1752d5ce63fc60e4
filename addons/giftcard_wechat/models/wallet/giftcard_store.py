from odoo import fields, models


class GiftcardStore(models.Model):
    """The QR code at the counter: who scans it enters what he pays."""

    _inherit = "giftcard.store"

    payment_url = fields.Char(string="Payment Address", compute="_compute_payment_url")
    payment_qr = fields.Binary(string="Payment QR Code", compute="_compute_payment_url")

    def _compute_payment_url(self):
        Payment = self.env["giftcard.store.payment"]
        for store in self:
            url = store._origin.id and Payment._address(store=store._origin.id)
            store.payment_url = url
            store.payment_qr = url and Payment._qr(url)
