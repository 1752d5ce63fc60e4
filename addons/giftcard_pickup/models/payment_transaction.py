from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class PaymentTransaction(models.Model):
    """The cash of a redemption comes, and goes back, by the transactions of Odoo's payment providers."""

    _inherit = "payment.transaction"

    giftcard_redemption_id = fields.Many2one(
        "giftcard.redemption", string="Redemption", readonly=True, index="btree_not_null", ondelete="restrict"
    )

    giftcard_owed = fields.Monetary(
        string="To Give Back", readonly=True, default=0.0, help="What of it has been noted to be refunded."
    )

    def _set_done(self, **kwargs):
        done = super()._set_done(**kwargs)
        for transaction in done.sudo().sorted("id"):
            if transaction.operation == "refund":
                self.env["giftcard.refund"].sudo().search([("refund_transaction_id", "=", transaction.id)])._refunded()
            elif transaction.giftcard_redemption_id:
                transaction.giftcard_redemption_id._paid_by(transaction)
        return done

    def _post_process(self):
        for transaction in self.sudo().filtered(lambda transaction: transaction.state == "done"):
            transaction._link_giftcard_invoice()
        return super()._post_process()

    def _book(self):
        """Post the payment now, if nobody has."""
        if self and not self.is_post_processed:
            self._post_process()

    def _link_giftcard_invoice(self):
        """Give the payment, or its refund, the invoice or credit note to be reconciled with."""
        if self.invoice_ids:
            return
        redemption = self.giftcard_redemption_id
        if redemption and redemption.transaction_id == self:
            self.invoice_ids = redemption._invoice()
        elif self.operation == "refund":
            refund = self.env["giftcard.refund"].search([("refund_transaction_id", "=", self.id)])
            self.invoice_ids = refund.redemption_id._credit_note(refund)

    def _owe_back(self, amount):
        """Count what is to be given back of this payment; never more than it brought.

        :raise UserError:
        """
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE payment_transaction SET giftcard_owed = COALESCE(giftcard_owed, 0) + %(amount)s
                 WHERE id = %(id)s AND state = 'done' AND COALESCE(giftcard_owed, 0) + %(amount)s <= amount
             RETURNING id
                """,
                amount=round(amount, 6),
                id=self.id,
            )
        )
        self.invalidate_recordset(flush=False)
        if not rows:
            raise UserError(self.env._("Of the payment %s less than that is left to be refunded.", self.reference))

    def _can_give_back(self, amount):
        """:return: whether the provider can refund this much, and nobody has refunded any in the provider's screens"""
        support = self.provider_id.support_refund
        ours = self.env["giftcard.refund"].search([("transaction_id", "=", self.id)]).refund_transaction_id
        others = (self.child_transaction_ids - ours).filtered(
            lambda child: child.operation == "refund" and child.state not in ("cancel", "error")
        )
        whole = self.currency_id.compare_amounts(amount, self.amount) == 0
        return not others and (support == "partial" or (support == "full_only" and whole))
