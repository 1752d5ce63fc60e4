from odoo import fields, models

from ...exceptions import PaymentRefused


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    pos_config_id = fields.Many2one("pos.config", string="Till", readonly=True, index="btree_not_null")
    pos_payment_uuid = fields.Char(
        string="Payment Line of the Till",
        readonly=True,
        copy=False,
        help="The line that a refund was asked for; asked for again, it is the same refund.",
    )

    def _post_process(self):
        """The books of the till hold what it took: a payment of its own would count it twice."""
        till = self.filtered(lambda tx: tx.pos_config_id or tx.source_transaction_id.pos_config_id)
        till.is_post_processed = True
        return super(PaymentTransaction, self - till)._post_process()

    def _wechatpay_lines(self, but=None):
        """:return: ``pos.payment`` records of stored orders that name this payment or refund"""
        domain = [
            ("transaction_id", "=", self.reference),
            ("payment_method_id.wechatpay_provider_id", "!=", False),
            ("pos_order_id.state", "not in", ("draft", "cancel")),
        ]
        return self.env["pos.payment"].sudo().search(domain) - (but or self.env["pos.payment"])

    def _wechatpay_pays(self, payment):
        """:return: whether this payment, or refund, is what a ``pos.payment`` says, and of no other"""
        if not self or self.currency_id.compare_amounts(self.amount, payment.amount):
            return False
        if self.operation == "refund":
            good = self.source_transaction_id.pos_config_id and self.state in ("pending", "done")
        else:
            good = self.pos_config_id and self.state == "done" and not self.wechatpay_refunded
        others = payment.pos_order_id.payment_ids.filtered(lambda one: one.transaction_id == self.reference)
        return bool(good and others == payment and not self._wechatpay_lines(but=payment))

    def _wechatpay_till_back(self):
        """Give back all that is left of a payment that the till gave up after it was charged.

        :raise PaymentRefused: when it has paid an order
        """
        if self._wechatpay_lines():
            raise PaymentRefused(self.env._("%s has paid an order: refund that.", self.reference))
        left = self.currency_id.round(self.amount - self.wechatpay_refunded)
        if left > 0:
            self._refund(left)

    def _wechatpay_till_refund(self, amount, key):
        """Give back a part of what an order was paid with; once for each line of the till.

        :param amount: yuan, positive
        :param key: uuid of the till's payment line
        :return: the refund
        :raise PaymentRefused:
        """
        if not key:
            raise PaymentRefused(self.env._("The line of the till is missing."))
        self._wechatpay_lock()
        known = self.child_transaction_ids.filtered(lambda tx: tx.pos_payment_uuid == key and tx.state != "error")
        if known:
            if self.currency_id.compare_amounts(-known.amount, amount):
                raise PaymentRefused(self.env._("%s was given back for this line already.", -known.amount))
            return known
        if not self._wechatpay_lines():
            raise PaymentRefused(self.env._("%s has paid no order.", self.reference))
        refund = self._refund(amount)
        refund.pos_payment_uuid = key
        return refund
