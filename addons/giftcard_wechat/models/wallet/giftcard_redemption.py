from odoo import models


class GiftcardRedemption(models.Model):
    _inherit = "giftcard.redemption"

    def _begin_payment(self, provider, member, amount, currency, **values):
        """:raise IllegalTransition: when there is nothing to pay, any more"""
        return self._create_transaction(provider, provider._giftcard_payment_method(), **values)
