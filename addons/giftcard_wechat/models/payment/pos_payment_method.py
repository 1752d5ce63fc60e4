import logging

from odoo import api, fields, models
from odoo.exceptions import AccessDenied, UserError

from ...exceptions import PaymentRefused, PaymentUnavailable

_logger = logging.getLogger(__name__)


class PosPaymentMethod(models.Model):
    """WeChat Pay at the till: the clerk scans the payment code of the customer's WeChat.

    The till calls begin, charge and ask, each in a transaction of its own: the payment is stored before money is taken,
    so that the cron finds out, or takes back, what a closed browser leaves behind.
    """

    _inherit = "pos.payment.method"

    wechatpay_provider_id = fields.Many2one(
        "payment.provider",
        string="WeChat Pay",
        domain="[('code', '=', 'wechatpay'), ('company_id', '=', company_id)]",
        groups="base.group_system",
        ondelete="restrict",
    )

    def _get_payment_terminal_selection(self):
        return [*super()._get_payment_terminal_selection(), ("wechatpay", self.env._("WeChat Pay: scan the customer"))]

    @api.constrains("use_payment_terminal", "wechatpay_provider_id")
    def _check_wechatpay_provider(self):
        for method in self.sudo():
            if method.use_payment_terminal == "wechatpay" and not method.wechatpay_provider_id:
                raise UserError(self.env._("Say which WeChat Pay merchant is paid."))

    def wechatpay_begin(self, amount, config_id, partner_id=False):
        """Store a payment that is about to be made.

        :param amount: yuan
        :return: its reference
        :raise PaymentRefused:
        """
        provider = self._wechatpay_terminal()
        config = self.env["pos.config"].browse(config_id)
        config.check_access("read")
        if config.currency_id.name != "CNY":
            raise PaymentRefused(self.env._("WeChat Pay takes yuan; this till has %s.", config.currency_id.name))
        if config.currency_id.compare_amounts(amount, 0) <= 0:
            raise PaymentRefused(self.env._("The amount is not valid."))
        partner = self.env["res.partner"].browse(partner_id).exists() or config.company_id.partner_id
        tx = (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": provider.id,
                    "payment_method_id": self.env.ref("payment.payment_method_wechat_pay").id,
                    "reference": self.env["payment.transaction"]._compute_reference(
                        "wechatpay", prefix=f"POS{config.id}"
                    ),
                    "amount": amount,
                    "currency_id": config.currency_id.id,
                    "partner_id": partner.id,
                    "operation": "online_direct",
                    "pos_config_id": config.id,
                }
            )
        )
        tx._wechatpay_till_begin()
        return tx.reference

    def wechatpay_charge(self, reference, auth_code):
        """Charge the customer whose payment code was scanned. :return: as :meth:`wechatpay_ask`"""
        tx = self._wechatpay_payment(reference)
        tx._wechatpay_till_charge(auth_code, f"POS{tx.pos_config_id.id}")
        return self._wechatpay_answer(tx)

    def wechatpay_ask(self, reference):
        """:return: dict of ``state``: "done", "pending", "cancel" or "error", with its ``message`` and ``amount``"""
        tx = self._wechatpay_payment(reference)
        if tx.state == "pending":
            try:
                tx._wechatpay_ask()
            except PaymentUnavailable as error:
                # The till asks again.
                _logger.warning("WeChat Pay does not answer for %s: %s", reference, error)
        return self._wechatpay_answer(tx)

    def wechatpay_cancel(self, reference):
        """Give up: what was or will be charged goes back. :return: as :meth:`wechatpay_ask`

        :raise PaymentRefused: when it has paid an order
        """
        tx = self._wechatpay_payment(reference)
        if tx.state == "done":
            tx._wechatpay_till_back()
        tx._wechatpay_cancel()
        return self._wechatpay_answer(tx)

    def wechatpay_refund(self, reference, amount, key):
        """Give back what an earlier order was paid with.

        :param amount: yuan, positive
        :param key: uuid of the payment line; asked for again, it is the same refund
        :return: reference of the refund
        :raise PaymentRefused:
        """
        return self._wechatpay_payment(reference)._wechatpay_till_refund(amount, key).reference

    def _wechatpay_terminal(self):
        """:return: the provider behind this terminal, for a user of the till"""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("point_of_sale.group_pos_user"):
            raise AccessDenied()
        if self.use_payment_terminal != "wechatpay":
            raise PaymentRefused(self.env._("This is no terminal of WeChat Pay."))
        # The clerk takes money with the merchant's keys, but does not see them.
        return self.sudo().wechatpay_provider_id

    def _wechatpay_payment(self, reference):
        """:return: a payment that a till of this merchant has begun"""
        domain = [
            ("reference", "=", reference),
            ("provider_id", "=", self._wechatpay_terminal().id),
            ("pos_config_id", "!=", False),
            ("wechatpay_trade_type", "=", "codepay"),
        ]
        tx = self.env["payment.transaction"].sudo().search(domain)
        if not tx:
            raise PaymentRefused(self.env._("There is no payment %s.", reference))
        # A clerk of another shop does not see this till.
        tx.pos_config_id.with_env(self.env).check_access("read")
        return tx

    def _wechatpay_answer(self, tx):
        return {
            "state": tx.state,
            "message": tx.state_message or "",
            "number": tx.provider_reference or "",
            "amount": tx.amount,
        }
