from odoo import models


class PaymentProvider(models.Model):
    """Payment providers among the outside services."""

    _inherit = "payment.provider"

    def action_test_connection(self):
        """Ask the provider for something that proves address and keys.

        :raise UserError: with what is wrong
        """
        self.ensure_one()
        return self.action_wechatpay_test()

    def _circuit_name(self):
        """:return: what ``giftcard.circuit`` calls the service"""
        return f"{self.code} {self.id}"
