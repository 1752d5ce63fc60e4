from odoo import fields, models


class PaymentTransaction(models.Model):
    """What becomes of a payment in a store with its provider's part."""

    _inherit = "payment.transaction"

    giftcard_store_payment_id = fields.Many2one(
        "giftcard.store.payment",
        string="Payment in a Store",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )

    def _set_done(self, **kwargs):
        done = super()._set_done(**kwargs)
        for tx in done._in_stores():
            tx.giftcard_store_payment_id._paid_by(tx)
        return done

    def _set_canceled(self, **kwargs):
        cancelled = super()._set_canceled(**kwargs)
        for tx in cancelled._in_stores():
            tx.giftcard_store_payment_id._not_paid_by(tx)
        return cancelled

    def _set_error(self, state_message, **kwargs):
        failed = super()._set_error(state_message, **kwargs)
        for tx in failed._in_stores():
            tx.giftcard_store_payment_id._not_paid_by(tx)
        return failed

    def _post_process(self):
        for tx in self.sudo().filtered(lambda tx: tx.state == "done" and not tx.invoice_ids):
            source = tx.source_transaction_id if tx.operation == "refund" else tx
            payment = source.giftcard_store_payment_id
            if payment.state == "paid":
                tx.invoice_ids = payment._invoice_rest() if tx == source else payment._credit_rest(-tx.amount)
        return super()._post_process()

    def _in_stores(self):
        # Whoever brings the provider's word has no rights on payments of members.
        return self.sudo().filtered(lambda tx: tx.giftcard_store_payment_id and tx.operation != "refund").sorted("id")
