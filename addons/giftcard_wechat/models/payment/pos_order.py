from odoo import models
from odoo.tools import SQL

from ...exceptions import PaymentRefused


class PosOrder(models.Model):
    """What WeChat Pay pays of an order is a payment of a till, of this amount, and of no other order."""

    _inherit = "pos.order"

    def _process_saved_order(self, draft):
        if not draft and self.state != "cancel":
            self._check_wechatpay()
        return super()._process_saved_order(draft)

    def _check_wechatpay(self):
        """:raise PaymentRefused: when a payment by WeChat Pay is not backed by one that was made"""
        payments = self.payment_ids.filtered(
            lambda payment: payment.payment_method_id.use_payment_terminal == "wechatpay" and payment.amount
        )
        if not payments:
            return
        # Written, not only locked: another order that names it, or the clerk who takes it back, has to see this order.
        self.env.execute_query(
            SQL(
                "UPDATE payment_transaction SET write_date = write_date WHERE reference = ANY(%s) RETURNING id",
                payments.mapped(lambda payment: payment.transaction_id or ""),
            )
        )
        # Cashiers see neither payments nor merchants.
        for payment in payments.sudo():
            provider = payment.payment_method_id.wechatpay_provider_id
            domain = [("reference", "=", payment.transaction_id), ("provider_id", "=", provider.id)]
            tx = self.env["payment.transaction"].sudo().search(domain)
            if not tx._wechatpay_pays(payment):
                raise PaymentRefused(
                    self.env._(
                        "WeChat Pay has made no payment %(number)s of %(amount)g for order %(order)s.",
                        number=payment.transaction_id or "",
                        amount=payment.amount,
                        order=self.name,
                    )
                )
