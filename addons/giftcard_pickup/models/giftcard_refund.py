import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..exceptions import IllegalTransition

_logger = logging.getLogger(__name__)


class GiftcardRefund(models.Model):
    """Money that a member gets back: noted in the transaction that undoes the order, sent back afterwards.

    A provider is asked outside of it, and only once the row is marked as sent and committed, so that a crash at any
    point refunds nothing twice. What was sent without an answer, or the provider cannot refund, waits for people.
    """

    _name = "giftcard.refund"
    _description = "Cash Refund"
    _order = "id desc"
    _rec_name = "redemption_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    redemption_id = fields.Many2one(
        "giftcard.redemption", required=True, readonly=True, index=True, ondelete="restrict"
    )
    member_id = fields.Many2one(related="redemption_id.member_id")
    transaction_id = fields.Many2one(
        "payment.transaction",
        string="Paid By",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Empty when it was paid at the counter.",
    )
    refund_transaction_id = fields.Many2one(
        "payment.transaction", string="Refunded By", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    payment_id = fields.Many2one("account.payment", readonly=True, ondelete="restrict")
    amount = fields.Monetary(required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, ondelete="restrict")
    key = fields.Char(required=True, readonly=True)
    pieces = fields.Json(readonly=True, help="Of which lines of the redemption how many pieces it is for.")
    reason = fields.Char(readonly=True)
    state = fields.Selection(
        [("due", "Due"), ("sent", "Sent to the Provider"), ("manual", "By Hand"), ("done", "Refunded")],
        required=True,
        readonly=True,
        index=True,
    )

    _key_uniq = models.Constraint("UNIQUE(key)", "This refund has been noted already.")
    _amount_check = models.Constraint("CHECK(amount > 0)", "A refund is of more than nothing.")

    # Actions

    def action_send(self):
        """Let the provider be asked again."""
        self._require_officer()
        for refund in self.sudo():
            refund._step(("manual",), "due")
        self._wake()

    def action_mark_done(self):
        """It was given back by hand: over the counter, or in the provider's own back office."""
        self._require_officer()
        for refund in self.sudo():
            refund._step(("due", "sent", "manual"), "done")
            if not refund.transaction_id:
                refund.redemption_id._pay_back(refund)
            elif refund.refund_transaction_id.state in (False, "cancel", "error"):
                # No transaction of the provider will bring the credit note; this one waits for the bank's line.
                refund.transaction_id._book()
                refund.redemption_id._credit_note(refund)

    def _require_officer(self):
        if not self.env.user.has_group("giftcard_pickup.group_manager"):
            raise AccessError(self.env._("Only managers give money back."))
        self.check_access("read")

    # Business

    @api.model
    def _owe(self, redemption, amount, key, reason=None, transaction=None, pieces=None):
        """Note that money is to be given back, once for each key.

        :param transaction: the ``payment.transaction`` that brought it; none: it was paid at the counter
        :param pieces: dict of line id -> pieces it is for; none: not of lines
        :return: the ``giftcard.refund``
        """
        refund = self.sudo().search([("key", "=", key)])
        if refund:
            return refund
        if transaction:
            transaction._owe_back(amount)
        refund = self.sudo().create(
            {
                "company_id": redemption.company_id.id,
                "redemption_id": redemption.id,
                "transaction_id": transaction.id if transaction else False,
                "amount": amount,
                "currency_id": (transaction or redemption).currency_id.id,
                "key": key,
                "pieces": pieces or False,
                "reason": reason,
                "state": "due" if transaction else "manual",
            }
        )
        if transaction:
            self._wake()
        return refund

    def _wake(self):
        self.env.ref("giftcard_pickup.ir_cron_send_refunds").sudo()._trigger()

    @api.model
    def _send_due(self):
        """Ask the providers to refund what is due, each in a transaction of its own (cron)."""
        failed, seconds = [], 1
        while seconds and (refund := self.search([("state", "=", "due"), ("id", "not in", failed)], limit=1)):
            try:
                if refund._is_payment_booked():
                    refund._send()
                else:
                    failed.append(refund.id)
            except IllegalTransition:
                failed.append(refund.id)
            seconds = self.env["ir.cron"]._commit_progress(1)

    def _is_payment_booked(self):
        """Have the payment and its invoice posted: once a refund of it is done, Odoo posts the payment no more.

        :return: whether that went well; else the refund is still due
        """
        try:
            with self.env.cr.savepoint():
                self.transaction_id._book()
        except Exception:
            # As for Odoo's own job that posts payments: whatever it is, the others go on.
            _logger.exception("The payment %s could not be posted", self.transaction_id.reference)
            self.env.invalidate_all(flush=False)
            return False
        return True

    def _send(self):
        """Ask the provider to refund, at most once."""
        source = self.transaction_id
        if not source or not source._can_give_back(self.amount):
            self._step(("due",), "manual")
            return
        self._step(("due",), "sent")
        self.env["ir.cron"]._commit_progress()
        try:
            answer = source._refund(self.amount)
            if answer.state == "error":
                raise UserError(answer.state_message or self.env._("The provider refused the refund."))
        except UserError:
            _logger.exception("The refund %s of %s was refused", self.id, source.reference)
            self._step(("sent",), "manual")
            return
        self.refund_transaction_id = answer
        if answer.state == "done":
            self._refunded()

    def _refunded(self):
        """The provider has paid it back."""
        for refund in self:
            if refund.state != "done":
                refund._step(("due", "sent", "manual"), "done")

    def _step(self, before, state):
        """Guarded step. :raise IllegalTransition:"""
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                "UPDATE giftcard_refund SET state = %s, write_uid = %s, write_date = %s"
                " WHERE id = %s AND state IN %s RETURNING id",
                state,
                self.env.uid,
                fields.Datetime.now(),
                self.id,
                before,
            )
        )
        self.invalidate_recordset(flush=False)
        if not rows:
            raise IllegalTransition(self.env._("This refund is under way or done already."))
