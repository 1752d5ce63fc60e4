import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.giftcard_points.exceptions import CardNotUsable

from ..exceptions import IllegalTransition
from .states import PENDING, UNDONE

_logger = logging.getLogger(__name__)


class GiftcardRedemption(models.Model):
    """The cash of a redemption: paid by a payment provider, at the counter, or by the member's stored value.

    It waits for a provider's payment until its deadline. A payment that comes later, or a second one, is noted to be
    refunded. Stored value is held and taken together with the points.
    """

    _inherit = "giftcard.redemption"

    deadline = fields.Datetime(string="To Be Paid Until", readonly=True, copy=False)
    transaction_ids = fields.One2many(
        "payment.transaction",
        "giftcard_redemption_id",
        string="Payment Transactions",
        readonly=True,
        groups="account.group_account_invoice",
    )
    transaction_id = fields.Many2one(
        "payment.transaction", string="Paid By", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    payment_id = fields.Many2one(
        "account.payment",
        string="Paid at the Counter",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        groups="account.group_account_invoice",
    )
    wallet_id = fields.Many2one(
        "loyalty.card", string="Stored Value", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    cash_hold_id = fields.Many2one("giftcard.hold", readonly=True, index="btree_not_null", ondelete="restrict")
    refund_ids = fields.One2many(
        comodel_name="giftcard.refund",
        inverse_name="redemption_id",
        string="Cash Refunds",
        readonly=True,
        groups="giftcard_pickup.group_reviewer,giftcard_points.group_auditor",
    )
    payment_state = fields.Selection(
        [
            ("waiting", "To Be Paid"),
            ("paid", "Paid"),
            ("refund_due", "To Be Refunded"),
            ("refunded", "Refunded"),
            ("void", "Not Paid"),
        ],
        string="Payment",
        compute="_compute_payment_state",
        compute_sudo=True,
        help="Empty when there is nothing to pay.",
    )

    _deadline_index = models.Index("(deadline) WHERE state = 'awaiting_payment'")

    @api.depends("state", "cash_total", "transaction_id", "payment_id", "cash_hold_id.state", "refund_ids.state")
    def _compute_payment_state(self):
        for redemption in self:
            paid = redemption.transaction_id or redemption.payment_id
            if redemption.refund_ids.filtered(lambda refund: refund.state != "done"):
                state = "refund_due"
            elif redemption.refund_ids:
                state = "refunded"
            elif redemption.cash_hold_id:
                undone = redemption.state in (*UNDONE, "returned")
                state = ("refunded" if redemption.cash_hold_id.operation_id else "void") if undone else "paid"
            elif paid:
                state = "paid"
            elif redemption.cash_total and redemption.state != "draft":
                state = "waiting" if redemption.state == "awaiting_payment" else "void"
            else:
                state = False
            redemption.payment_state = state

    # Actions

    def action_register_payment(self):
        """Take the cash at the counter."""
        self.ensure_one()
        self._require_cashier()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take Payment"),
            "res_model": "giftcard.redemption.payment",
            "view_mode": "form",
            "target": "new",
            "context": {"default_redemption_id": self.id},
        }

    def _require_cashier(self):
        """Clerks take payments of their own stores' redemptions, reviewers of all; the record rules tell which."""
        if not self.env.user.has_groups("giftcard_pickup.group_clerk,giftcard_pickup.group_reviewer"):
            raise AccessError(self.env._("Only clerks and reviewers take payments."))
        self.check_access("read")

    # Business

    def _create_transaction(self, provider, payment_method, operation="online_direct", **values):
        """Begin a payment of the cash by a provider.

        :param provider: ``payment.provider`` of the company
        :param payment_method: ``payment.method``
        :param operation: flow of ``payment.transaction``
        :param values: further columns of the transaction
        :return: ``payment.transaction`` in state ``draft``; the caller processes it as the provider wants
        :raise IllegalTransition: when there is nothing to pay, any more
        """
        redemption = self.sudo()
        redemption._lock()
        if redemption.state != "awaiting_payment" or redemption.deadline < fields.Datetime.now():
            raise IllegalTransition(self.env._("%s is not waiting for a payment.", redemption.name))
        Transaction = redemption.env["payment.transaction"]
        return Transaction.create(
            {
                **values,
                "provider_id": provider.id,
                "payment_method_id": payment_method.id,
                "reference": Transaction._compute_reference(provider.sudo().code, prefix=redemption.name),
                "amount": redemption.cash_total,
                "currency_id": redemption.currency_id.id,
                "partner_id": redemption.member_id.id,
                "operation": operation,
                "giftcard_redemption_id": redemption.id,
            }
        )

    def _paid_by(self, transaction):
        """A transaction has been paid: the first one in time pays the redemption, any other is to be refunded.

        Called for each notification; what it does it does once.
        """
        self.ensure_one()
        if self.transaction_id == transaction:
            return
        exact = (
            transaction.currency_id == self.currency_id
            and self.currency_id.compare_amounts(transaction.amount, self.cash_total) == 0
        )
        if exact and self._take_payment(transaction):
            return
        self._lock()
        if self.transaction_id != transaction:
            self.env["giftcard.refund"]._owe(
                self,
                transaction.amount,
                f"transaction/{transaction.id}",
                self.env._("Paid when it was not, or no longer, to be paid"),
                transaction,
            )

    def _pay_at_counter(self, journal):
        """Take the cash over the counter: a posted payment, reconciled with the invoice.

        :param journal: ``account.journal`` of type cash or bank
        :raise IllegalTransition: when it is not waiting for a payment any more
        """
        redemption = self.sudo()
        if not redemption._take_payment():
            raise IllegalTransition(self.env._("%s is not waiting for a payment.", redemption.name))
        invoice = redemption._invoice()
        payment = redemption._pay_move(invoice, journal.sudo())
        redemption.payment_id = payment
        return payment

    def _take_payment(self, transaction=None):
        """The guarded step that lets one payment, or the timeout, win. :return: whether it was this payment"""
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_redemption SET state = 'to_review', transaction_id = %s, write_uid = %s, write_date = %s
                 WHERE id = %s AND state = 'awaiting_payment'
             RETURNING id
                """,
                transaction and transaction.id,
                self.env.uid,
                fields.Datetime.now(),
                self.id,
            )
        )
        self.invalidate_recordset(flush=False)
        if rows:
            self._log([(self.id, "awaiting_payment")], "to_review", self.env._("Paid"))
            self._enter_review()
        return bool(rows)

    @api.model
    def _expire_unpaid(self, limit=100):
        """Give up what was not paid in time (cron): points, quota and goods go back."""
        failed, seconds = [], 1
        while seconds and (redemptions := self._unpaid(failed, limit)):
            for redemption in redemptions:
                try:
                    with self.env.cr.savepoint():
                        redemption._undo("expired", self.env._("Not paid in time"))
                except UserError:
                    _logger.exception("Redemption %s could not be expired", redemption.name)
                    failed.append(redemption.id)
            seconds = self.env["ir.cron"]._commit_progress(len(redemptions))

    def _unpaid(self, but, limit):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM giftcard_redemption
                 WHERE state = 'awaiting_payment' AND deadline < %s AND id <> ALL(%s)
                 ORDER BY id
                 LIMIT %s
                   FOR NO KEY UPDATE SKIP LOCKED
                """,
                fields.Datetime.now(),
                but,
                limit,
            )
        )
        return self.browse([redemption_id for (redemption_id,) in rows])

    # Steps of the order's life

    def _ask_for_payment(self):
        if self.wallet_id:
            self._hold_cash()
        else:
            minutes = self.company_id.giftcard_payment_minutes
            self.write(
                {
                    "state": "awaiting_payment",
                    "deadline": fields.Datetime.now() + timedelta(minutes=minutes),
                }
            )

    def _check_orderable(self, rewards):
        result = super()._check_orderable(rewards)
        wallet = self.wallet_id
        if wallet and (
            wallet.partner_id != self.member_id
            or wallet.program_type != "ewallet"
            or (wallet.company_id or self.company_id) != self.company_id
            or wallet.currency_id != self.currency_id
        ):
            raise CardNotUsable(self.env._("This card cannot pay here."))
        return result

    def _hold_points(self):
        # Both cards in ascending id.
        if self.wallet_id:
            self.env["giftcard.ledger"]._lock(self.member_id._member_card(self.program_id) | self.wallet_id)
        return super()._hold_points()

    def _hold_cash(self):
        act = self._act("spend", member=self.member_id, part="cash")
        self.cash_hold_id = self._ledger()._hold(act, self.wallet_id, self.cash_total)

    def _capture_cash(self):
        """Take the stored value that was held, on approval."""
        for redemption in self.filtered("cash_hold_id").sorted("id"):
            redemption._ledger()._capture(redemption._act("spend", part="cash"), redemption.cash_hold_id)

    def _return_cash(self, before, reason, member):
        """Give the cash back that an undone redemption has not given back before.

        :param before: dict of id -> state it was undone from
        """
        for redemption in self.sorted("id"):
            hold = redemption.cash_hold_id
            if hold and before[redemption.id] in PENDING:
                redemption._ledger()._release(hold)
            elif hold:
                act = redemption._act("refund", reason, member, part="cash")
                redemption._ledger()._refund(act, hold.operation_id)
            elif redemption.transaction_id or redemption.payment_id:
                redemption._owe_cash(
                    redemption.cash_total, "undone", reason, {line.id: line.quantity for line in redemption.line_ids}
                )

    def _owe_cash(self, amount, occasion, reason, pieces):
        self.env["giftcard.refund"]._owe(
            self, amount, f"redemption/{self.id}/{occasion}", reason, self.transaction_id, pieces
        )
