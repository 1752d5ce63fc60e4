import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class PaymentTransaction(models.Model):
    """A payment that a member begins over the API.

    Documents that can be paid so have a method ``_begin_payment``; what a payment changes of them is beside them.
    """

    _inherit = "payment.transaction"

    giftcard_method = fields.Selection(
        [("wechat_jsapi", "WeChat: in the app"), ("wechat_native", "WeChat: QR code")],
        string="Way to Pay",
        readonly=True,
        copy=False,
        help="How the member chose to pay.",
    )

    def _begin_for(self, document, member, amount, currency, provider, **values):
        """:param document: record with a ``name``, of which the number is made
        :return: ``payment.transaction`` in state ``draft``; nobody is asked outside
        """
        return self.create(
            {
                **values,
                "provider_id": provider.id,
                "payment_method_id": provider._giftcard_payment_method().id,
                "reference": self._compute_reference(provider.code, prefix=document.name),
                "amount": amount,
                "currency_id": currency.id,
                "partner_id": member.id,
                "operation": "online_direct",
            }
        )

    def _expire_with(self, document):
        """Say now until when it can be paid, so that a repeated order is the very same to the provider.

        :param document: whose ``deadline``, where it has one, is not exceeded
        """
        ends = [fields.Datetime.now() + timedelta(minutes=self.provider_id.wechatpay_minutes)]
        if deadline := "deadline" in document._fields and document.deadline:
            ends.append(deadline)
        self.wechatpay_expires_at = min(ends)

    @api.model
    def _close_unstarted(self, limit=200):
        """Give up what members have begun and never started (cron); their documents follow."""
        unstarted = [
            ("giftcard_method", "!=", False),
            ("state", "=", "draft"),
            ("wechatpay_sent_at", "=", False),
            ("wechatpay_expires_at", "<", fields.Datetime.now()),
        ]
        seconds = 1
        while seconds and (payments := self.search(unstarted, limit=limit)):
            for tx in payments.sorted("id"):
                tx._wechatpay_lock()
                tx._wechatpay_cancel()
            self.env.ref("payment.cron_post_process_payment_tx").sudo()._trigger()
            seconds = self.env["ir.cron"]._commit_progress(len(payments))

    def _give_all_back(self):
        """Refund what is left of a payment whose document cannot be had for it any more; once.

        That the provider cannot be asked, e.g. as it was disabled meanwhile, keeps nobody from knowing that it was
        paid: the staff finds the reason on the payment.
        """
        self.ensure_one()
        left = self.currency_id.round(self.amount - self._given_back())
        if self.state != "done" or self.currency_id.compare_amounts(left, 0) <= 0:
            return
        try:
            with self.env.cr.savepoint():
                self._refund(left)
        except UserError as refusal:
            _logger.error("Payment %s has to be refunded by hand: %s", self.reference, refusal)
            self.env.invalidate_all()
            self.state_message = self.env._("To be refunded by hand: %s", refusal)

    def _given_back(self):
        """:return: what went back of this payment or is on its way, in its currency"""
        self.ensure_one()
        refunds = self.child_transaction_ids.filtered(
            lambda child: child.operation == "refund" and child.state not in ("cancel", "error")
        )
        return -sum(refunds.mapped("amount"))
