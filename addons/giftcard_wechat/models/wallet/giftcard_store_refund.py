from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class GiftcardStoreRefund(models.Model):
    """What a clerk gave back of a payment: by the provider as far as it came from there, then by the cards."""

    _name = "giftcard.store.refund"
    _description = "Refund of a Store Payment"
    _order = "id desc"
    _rec_name = "payment_id"

    payment_id = fields.Many2one(
        "giftcard.store.payment", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="payment_id.company_id", store=True, index=True)
    store_id = fields.Many2one(related="payment_id.store_id", store=True, index=True)
    member_id = fields.Many2one(related="payment_id.member_id", store=True, index="btree_not_null")
    currency_id = fields.Many2one(related="payment_id.currency_id")
    amount = fields.Monetary(required=True, readonly=True)
    card_amount = fields.Monetary(string="To Cards", readonly=True)
    reason = fields.Char(required=True, readonly=True)
    key = fields.Char(required=True, readonly=True, copy=False)
    transaction_id = fields.Many2one(
        "payment.transaction", string="Refunded By", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    provider_state = fields.Selection(related="transaction_id.state", string="At the Provider")
    create_uid = fields.Many2one("res.users", string="Given Back By", readonly=True)

    _key_uniq = models.Constraint("UNIQUE(payment_id, key)", "This refund has been made already.")
    _amount_check = models.Constraint(
        "CHECK(amount > 0 AND COALESCE(card_amount, 0) BETWEEN 0 AND amount)", "A refund is of more than nothing."
    )

    def action_send_again(self):
        """Let the provider be asked once more for what it refused before."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("giftcard_pickup.group_manager"):
            raise AccessError(self.env._("Only managers send refunds again."))
        # The manager's rights have been asked for; nobody writes refunds by hand.
        refund = self.sudo()
        failed = refund.transaction_id
        refund.payment_id.transaction_id._wechatpay_lock()
        if failed.state not in ("error", "cancel"):
            raise UserError(self.env._("This refund has not failed."))
        refund.transaction_id = refund.payment_id.transaction_id._refund(-failed.amount)
