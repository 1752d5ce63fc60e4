from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, formatLang

from odoo.addons.giftcard_points.exceptions import AlreadyResolved, InvalidAmount, RefundPeriodOver


class GiftcardStorePayment(models.Model):
    """How payments in stores are given back: by the way they came."""

    _inherit = "giftcard.store.payment"

    def _give_back(self, amount, reason, key):
        """Give back a payment, or a part of it, on behalf of a clerk.

        :param key: of the call; a repeat returns the refund there is
        :return: ``giftcard.store.refund``
        :raise AlreadyResolved: when no so much is left
        :raise RefundPeriodOver: when only a manager may by now
        """
        self.ensure_one()
        self._require_clerk()
        # The clerk's rights have been asked for; nobody writes payments by hand.
        payment = self.sudo().with_company(self.company_id)
        if known := payment.refund_ids.filtered(lambda refund: refund.key == key):
            if payment.currency_id.compare_amounts(known.amount, amount):
                self.env["giftcard.ledger"]._refuse_key(key)
            return known.with_env(self.env)
        if not (reason or "").strip():
            raise UserError(self.env._("Say why."))
        self._check_refund(payment, amount)
        payment._reserve_refund(amount)
        refund = payment.env["giftcard.store.refund"].create(
            {"payment_id": payment.id, "amount": amount, "reason": reason.strip(), "key": key}
        )
        payment._send_back(refund)
        payment._tell(
            f"refund/{refund.id}",
            lambda env: env._("Refund of %s", payment.store_id.with_env(env).name),
            lambda env: env._(
                "%(amount)s of payment %(number)s come back.",
                amount=formatLang(env, refund.amount, currency_obj=payment.currency_id),
                number=payment.name,
            ),
        )
        return refund.with_env(self.env)

    def _check_refund(self, payment, amount):
        currency = payment.currency_id
        if currency.compare_amounts(amount, 0) <= 0 or currency.compare_amounts(amount, currency.round(amount)):
            raise InvalidAmount(self.env._("The amount is not valid."))
        days = payment.company_id.giftcard_store_refund_days
        late = payment.paid_at and payment.paid_at < fields.Datetime.now() - timedelta(days=days)
        if late and not self.env.user.has_group("giftcard_pickup.group_manager"):
            raise RefundPeriodOver(self.env._("After %s days a manager decides about refunds.", days))

    def _reserve_refund(self, amount):
        """The guarded statement that gives nothing back twice; the row stays locked."""
        if self.transaction_id:
            # Its row comes before the payment's, as where the provider's word is taken.
            self.transaction_id._wechatpay_lock()
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_store_payment SET refunded = COALESCE(refunded, 0) + %(amount)s::numeric
                 WHERE id = %(id)s AND state = 'paid' AND COALESCE(refunded, 0) + %(amount)s::numeric <= amount
             RETURNING id
                """,
                id=self.id,
                amount=repr(self.currency_id.round(amount)),
            )
        )
        self.invalidate_recordset(flush=False)
        if not rows:
            raise AlreadyResolved(self.env._("No so much is left to give back of %s.", self.name))

    def _send_back(self, refund):
        """The provider's part first, then the cards, the last one first."""
        rest = refund.amount
        tx = self.transaction_id
        if tx:
            part = self.currency_id.round(min(rest, tx.amount - tx._given_back()))
            if part > 0:
                refund.transaction_id = tx._refund(part)
                rest = self.currency_id.round(rest - part)
        refund.card_amount = rest
        self.env["giftcard.ledger"]._lock(self.part_ids.card_id)
        for card_part in self.part_ids.sorted("id", reverse=True):
            part = self.currency_id.round(min(rest, card_part.amount - card_part.refunded))
            if part > 0:
                act = card_part._act("refund", f"{refund._name}/{refund.id}/{card_part.id}", refund.reason)
                self.env["giftcard.ledger"]._refund(act, card_part.operation_id, part)
                card_part.refunded = self.currency_id.round(card_part.refunded + part)
                rest = self.currency_id.round(rest - part)
