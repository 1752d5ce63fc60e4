import logging

from odoo import models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class PaymentTransaction(models.Model):
    """What becomes of the purchase of a member: confirmed by its payment, cancelled without one.

    Money that comes when the order cannot be had for it any more goes back: after its cancellation, a second time, or
    where the ledger refuses by now what it would have taken before.
    """

    _inherit = "payment.transaction"

    def _post_process(self):
        purchases = self.filtered(lambda tx: tx.operation != "refund" and tx.sudo().sale_order_ids.giftcard_purchase)
        for tx in purchases.sorted("id"):
            # Two workers at once: the second waits, and finds it done.
            tx._wechatpay_lock()
            if tx.is_post_processed:
                continue
            order = tx.sudo().sale_order_ids
            try:
                with self.env.cr.savepoint():
                    if tx.state in ("cancel", "error"):
                        tx._drop_purchase(order)
                    super(PaymentTransaction, tx)._post_process()
                    tx._take_purchase(order)
            except UserError as refusal:
                _logger.warning("Order %s is paid but refused, its money goes back: %s", order.name, refusal)
                self.env.invalidate_all()
                tx._drop_purchase(order)
                super(PaymentTransaction, tx)._post_process()
            if tx.state == "done" and order.giftcard_transaction_id != tx:
                tx._drop_purchase(order)
                tx._give_all_back()
        return super(PaymentTransaction, self - purchases)._post_process()

    def _take_purchase(self, order):
        """The first payment that confirmed the order is the one that paid it."""
        if self.state == "done" and order.state == "sale" and not order.giftcard_transaction_id:
            order.giftcard_transaction_id = self
            order._issued_to_member()

    def _drop_purchase(self, order):
        if order.state in ("draft", "sent"):
            order._action_cancel()
