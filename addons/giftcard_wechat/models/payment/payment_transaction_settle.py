import logging

from odoo import api, fields, models
from odoo.tools import SQL

from ...api.transaction import read_committed
from ...exceptions import PaymentRefused, PaymentUnavailable
from .payment_transaction import PAID
from .payment_transaction_order import TILL_QUERY

_logger = logging.getLogger(__name__)

# Seconds for which a transaction belongs to the process that asks for it.
LEASE = 120
# Seconds between the queries of one transaction; the last one stays.
DELAYS = (30, 60, 120, 300, 600, 1800, 3600)
# An order that nobody pays may be closed after so many seconds, one of the till be reversed.
CLOSE_AFTER = 300
REVERSE_AFTER = 15
# Seconds after its end in which an order of the till that WeChat Pay does not know may still be on its way there.
IN_FLIGHT = 60
UNDECIDED = ("NOTPAY", "USERPAYING", "ACCEPT", "PAYERROR")


class PaymentTransaction(models.Model):
    """What no notification settled: the cron asks, closes what was not paid in time, and sends refunds.

    Each transaction is claimed, then WeChat Pay is called without a lock, then the answer is applied.
    """

    _inherit = "payment.transaction"

    @api.model
    def _cron_wechatpay_settle(self, limit=200):
        cron = self.env["ir.cron"]
        domain = [("wechatpay_due_at", "<=", fields.Datetime.now()), ("provider_code", "=", "wechatpay")]
        ids = self.search(domain, order="wechatpay_due_at, id", limit=limit).ids
        cron._commit_progress(remaining=len(ids))
        for tx in self.browse(ids):
            try:
                tx._wechatpay_settle()
            except Exception:
                self.env.cr.rollback()
                _logger.exception("WeChat Pay transaction %s could not be settled", tx.id)
            if not cron._commit_progress(1):
                break

    def action_wechatpay_ask(self):
        """Ask WeChat Pay now."""
        for tx in self.filtered(lambda tx: tx.provider_code == "wechatpay" and tx.wechatpay_sent_at):
            tx._wechatpay_ask()

    def _wechatpay_settle(self):
        """Do what is due, committing before and after the call."""
        commit = self.env["ir.cron"]._commit_progress
        read_committed(self.env.cr)
        if not self._wechatpay_claim():
            return
        commit()
        seconds, outcome = self._wechatpay_step()
        commit()
        read_committed(self.env.cr)
        self._wechatpay_lock()
        if self.state in ("draft", "pending"):
            if outcome:
                outcome()
            if self.state in ("draft", "pending"):
                self._wechatpay_schedule(seconds)
        else:
            self._wechatpay_settled()

    def _wechatpay_claim(self):
        """:return: whether this process is the one to do what is due"""
        claimed = self.env.execute_query(
            SQL(
                """
                UPDATE payment_transaction
                   SET wechatpay_due_at = now() AT TIME ZONE 'UTC' + %(lease)s * interval '1 second',
                       wechatpay_tries = coalesce(wechatpay_tries, 0) + 1
                 WHERE id = %(id)s AND wechatpay_due_at <= now() AT TIME ZONE 'UTC'
             RETURNING id
                """,
                id=self.id,
                lease=LEASE,
            )
        )
        self.invalidate_recordset()
        return bool(claimed)

    def _wechatpay_step(self):
        """Call WeChat Pay, writing nothing but the decision to take back.

        :return: (seconds to the next step, function that applies the answer or None)
        """
        delay = DELAYS[min(max(self.wechatpay_tries, 1), len(DELAYS)) - 1]
        try:
            if self.operation == "refund":
                return delay, self._wechatpay_refund_step()
            return self._wechatpay_order_step(delay)
        except PaymentUnavailable as error:
            _logger.warning("WeChat Pay does not answer for %s: %s", self.reference, error)
            return delay, None
        except PaymentRefused as refusal:
            _logger.error("WeChat Pay refuses to tell of %s: %s", self.reference, refusal)
            return delay, None

    def _wechatpay_order_step(self, delay):
        now = fields.Datetime.now()
        till = self.wechatpay_trade_type == "codepay"
        answer = self._wechatpay_ask_order()
        left = (self.wechatpay_expires_at - now).total_seconds()
        goes_back = till and self.wechatpay_given_up
        if answer and answer.get("trade_state") not in UNDECIDED and not (goes_back and answer["trade_state"] in PAID):
            return delay, lambda: self._wechatpay_take_safely(answer)
        if left > 0:
            return min(TILL_QUERY if till else delay, left + 1), None
        age = (now - self.wechatpay_sent_at).total_seconds()
        wait = (REVERSE_AFTER if till else CLOSE_AFTER) - age
        if wait > 0:
            return wait + 1, None
        if till and not self._wechatpay_give_up():
            return delay, None
        if answer:
            self._wechatpay_close_order()
        elif till and left > -IN_FLIGHT:
            return TILL_QUERY, None
        return delay, self._wechatpay_closed

    def _wechatpay_give_up(self):
        """Decide that a payment of the till goes back, before WeChat Pay is told: from now on nobody takes it as paid.

        :return: whether it still was to be decided, committed if so
        """
        commit = self.env["ir.cron"]._commit_progress
        commit()
        read_committed(self.env.cr)
        decided = self.env.execute_query(
            SQL(
                "UPDATE payment_transaction SET wechatpay_given_up = TRUE"
                " WHERE id = %s AND state = 'pending' RETURNING id",
                self.id,
            )
        )
        commit()
        self.invalidate_recordset()
        return bool(decided)

    def _wechatpay_closed(self):
        self._set_canceled(state_message=self.env._("It was not paid in time."))
        self._wechatpay_settled()

    def _wechatpay_refund_step(self):
        if self.wechatpay_sent_at:
            answer = self._wechatpay_ask_refund()
            if answer:
                return lambda: self._wechatpay_take_safely(answer)
        try:
            answer = self._wechatpay_send_refund()
        except PaymentUnavailable:
            raise
        except PaymentRefused as refusal:
            return self._wechatpay_refund_refused(refusal)

        def sent():
            self.wechatpay_sent_at = self.wechatpay_sent_at or fields.Datetime.now()
            self._wechatpay_take_safely(answer)

        return sent

    def _wechatpay_ask(self):
        """Ask once, out of turn; what is settled stays as it is."""
        answer = self._wechatpay_ask_refund() if self.operation == "refund" else self._wechatpay_ask_order()
        if answer:
            self._wechatpay_take(answer)

    def _wechatpay_take_safely(self, answer):
        try:
            self._wechatpay_take(answer)
        except PaymentRefused as refusal:
            # For the reconciliation to find; asking again gives the same answer.
            _logger.error("WeChat Pay's word does not match: %s", refusal)
            self.state_message = str(refusal)
