from odoo import fields, models


class GiftcardStorePaymentPart(models.Model):
    """What one card pays of a payment: held until the rest is paid, then taken."""

    _name = "giftcard.store.payment.part"
    _description = "Part of a Store Payment"
    _order = "id"
    _rec_name = "card_id"

    payment_id = fields.Many2one("giftcard.store.payment", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="payment_id.company_id", store=True)
    currency_id = fields.Many2one(related="payment_id.currency_id")
    card_id = fields.Many2one("loyalty.card", required=True, readonly=True, index=True, ondelete="restrict")
    amount = fields.Monetary(required=True, readonly=True)
    refunded = fields.Monetary(readonly=True)
    hold_id = fields.Many2one("giftcard.hold", readonly=True, index="btree_not_null", ondelete="restrict")
    operation_id = fields.Many2one(
        "giftcard.operation", string="Taken By", readonly=True, index="btree_not_null", ondelete="restrict"
    )

    _card_uniq = models.Constraint("UNIQUE(payment_id, card_id)", "A card pays a payment once.")
    _amounts_check = models.Constraint(
        "CHECK(amount > 0 AND COALESCE(refunded, 0) BETWEEN 0 AND amount)", "No more goes back than was paid."
    )

    def _act(self, kind, key=None, reason=None):
        """:return: the :class:`Act` of what this card pays or gets back"""
        return self.payment_id._act(
            kind, key or f"{self.payment_id._name}/{self.payment_id.id}/{self.card_id.id}", reason
        )
