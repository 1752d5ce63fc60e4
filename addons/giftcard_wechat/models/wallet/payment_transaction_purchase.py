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
            if not tx.is_post_processed:
                tx._process_purchase()
        return super(PaymentTransaction, self - purchases)._post_process()

    def _process_purchase(self):
        order = self.sudo().sale_order_ids
        if self.state == "done":
            self._confirm_purchase(order)
        elif self.state in ("cancel", "error") and order.state in ("draft", "sent"):
            order._action_cancel()
            super()._post_process()
        else:
            super()._post_process()

    def _confirm_purchase(self, order):
        if order.state in ("draft", "sent"):
            try:
                with self.env.cr.savepoint():
                    super()._post_process()
                    if order.state == "sale":
                        order.giftcard_transaction_id = self
                        order._issued_to_member()
                        return
            except UserError as refusal:
                _logger.warning("Order %s is paid but refused, its money goes back: %s", order.name, refusal)
                self.env.invalidate_all()
            order._action_cancel()
        super()._post_process()
        if order.giftcard_transaction_id != self:
            self._give_all_back()
