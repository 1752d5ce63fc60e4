from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools import SQL

from ...exceptions import PaymentRefused, PaymentUnavailable

# WeChat Pay's limits: parts of one payment, and seconds between two of them.
PARTS = 50
BETWEEN = 61
# Asked again later with the same number; all else is final.
_RETRY = {"FREQUENCY_LIMITED", "FREQUENCY_LIMIT", "NOT_ENOUGH", "SYSTEM_ERROR", "BIZERR_NEED_RETRY"}


class PaymentTransaction(models.Model):
    """Refunds by WeChat Pay: decided in the transaction of the document, sent afterwards by the cron.

    So a refund may be part of a transaction that moves value: nothing is called outside then, a rollback takes the
    refund along, and a lost answer is asked for again with the same number.
    """

    _inherit = "payment.transaction"

    def _refund(self, amount_to_refund=None):
        """:raise PaymentRefused: when no so much is left of the payment, in too many parts or after a year"""
        if self.provider_code == "wechatpay":
            self._wechatpay_reserve_refund(self.amount if amount_to_refund is None else amount_to_refund)
        return super()._refund(amount_to_refund)

    def _wechatpay_reserve_refund(self, amount):
        self.ensure_one()
        if self.state != "done" or self.operation == "refund" or self.currency_id.compare_amounts(amount, 0) <= 0:
            raise PaymentRefused(self.env._("%s cannot be refunded.", self.reference))
        if (self.wechatpay_paid_at or self.last_state_change) < fields.Datetime.now() - relativedelta(years=1):
            raise PaymentRefused(self.env._("WeChat Pay refunds within a year."))
        if len(self.child_transaction_ids) >= PARTS:
            raise PaymentRefused(self.env._("WeChat Pay refunds in %s parts at most.", PARTS))
        self.flush_recordset()
        reserved = self.env.execute_query(
            SQL(
                """
                UPDATE payment_transaction
                   SET wechatpay_refunded = coalesce(wechatpay_refunded, 0) + round(%(amount)s::numeric, 2)
                 WHERE id = %(id)s AND coalesce(wechatpay_refunded, 0) + round(%(amount)s::numeric, 2) <= amount
             RETURNING id
                """,
                id=self.id,
                amount=amount,
            )
        )
        self.invalidate_recordset(["wechatpay_refunded"])
        if not reserved:
            raise PaymentRefused(self.env._("No so much is left to refund of %s.", self.reference))

    def _send_refund_request(self):
        if self.provider_code != "wechatpay":
            return super()._send_refund_request()
        self._set_pending()
        # Parts of one payment keep a distance: from the last one that was sent, or is still to be sent.
        others = self.source_transaction_id.child_transaction_ids - self
        last = max((tx.wechatpay_sent_at or tx.wechatpay_due_at or tx.create_date for tx in others), default=None)
        wait = BETWEEN + (last - fields.Datetime.now()).total_seconds() if last else 0
        self._wechatpay_schedule(max(0, wait))
        return None

    def _wechatpay_send_refund(self):
        """Send the refund, or send it again.

        :return: the refund as WeChat Pay knows it
        :raise PaymentUnavailable: when it is to be sent again
        :raise PaymentRefused: when it never will be
        """
        provider, source = self.provider_id.sudo(), self.source_transaction_id
        content = {
            "out_trade_no": source.reference,
            "out_refund_no": self.reference,
            "notify_url": provider.wechatpay_notify_url,
            "amount": {"refund": self._wechatpay_fen(), "total": source._wechatpay_fen(), "currency": "CNY"},
        }
        if provider.wechatpay_partner_mode:
            content["sub_mchid"] = self.wechatpay_sub_mchid
        try:
            return provider._wechatpay_call("POST", "/v3/refund/domestic/refunds", content, reference=self.reference)
        except PaymentRefused as refusal:
            if refusal.wechat_code in _RETRY:
                raise PaymentUnavailable(str(refusal), refusal.wechat_code) from None
            raise

    def _wechatpay_ask_refund(self):
        """:return: the refund as WeChat Pay knows it; None where it knows none
        :raise PaymentUnavailable: a refused question says nothing of the refund
        """
        provider = self.provider_id.sudo()
        query = f"?sub_mchid={self.wechatpay_sub_mchid}" if provider.wechatpay_partner_mode else ""
        try:
            return provider._wechatpay_call(
                "GET", f"/v3/refund/domestic/refunds/{self.reference}{query}", reference=self.reference
            )
        except PaymentRefused as refusal:
            if refusal.wechat_code != "RESOURCE_NOT_EXISTS":
                raise PaymentUnavailable(str(refusal), refusal.wechat_code, refusal.signed) from None
        return None

    def _wechatpay_refund_refused(self, refusal):
        """What was refused may be the repetition of a refund whose answer was lost: what WeChat Pay knows counts.

        :return: function that applies what it knows
        :raise PaymentUnavailable: when nobody can tell yet
        """
        message, answer = str(refusal), self._wechatpay_ask_refund()
        if answer:
            return lambda: self._wechatpay_take_safely(answer)
        if not refusal.signed:
            raise PaymentUnavailable(message, refusal.wechat_code)
        return lambda: self._wechatpay_refund_failed(message)

    def _wechatpay_apply_refund(self, data):
        """Called with the row locked, by :meth:`_apply_updates`."""
        status = data.get("refund_status") or data.get("status")
        if data.get("refund_id"):
            self.provider_reference = data["refund_id"]
        if status == "SUCCESS":
            self.wechatpay_paid_at = self.wechatpay_paid_at or fields.Datetime.now()
            if self.wechatpay_given_up:
                self._wechatpay_reserve_again()
            self._set_done()
            self._wechatpay_settled()
        elif status == "CLOSED":
            self._wechatpay_refund_failed(self.env._("WeChat Pay closed the refund."))
        elif status == "ABNORMAL":
            # The money is neither here nor there; staff decide in WeChat Pay's own back office, so nothing is released.
            self._set_error(self.env._("The bank did not take the refund: see WeChat Pay's merchant platform."))
            self._wechatpay_settled()

    def _wechatpay_refund_failed(self, message):
        """The refund will never be: what it had reserved may be refunded otherwise. Once."""
        if self.state in ("draft", "pending"):
            self._set_error(message)
            self.wechatpay_given_up = True
            self.flush_recordset()
            self.env.execute_query(
                SQL(
                    """
                    UPDATE payment_transaction SET wechatpay_refunded = wechatpay_refunded + %s::numeric
                     WHERE id = %s RETURNING id
                    """,
                    self.amount,
                    self.source_transaction_id.id,
                )
            )
            self.source_transaction_id.invalidate_recordset(["wechatpay_refunded"])
        self._wechatpay_settled()

    def _wechatpay_reserve_again(self):
        """A refund that was given up was made all the same: less is left to refund, whatever was decided since."""
        self.wechatpay_given_up = False
        self.env.execute_query(
            SQL(
                """
                UPDATE payment_transaction
                   SET wechatpay_refunded = LEAST(abs(amount), coalesce(wechatpay_refunded, 0) - %s::numeric)
                 WHERE id = %s RETURNING id
                """,
                self.amount,
                self.source_transaction_id.id,
            )
        )
        self.source_transaction_id.invalidate_recordset(["wechatpay_refunded"])
