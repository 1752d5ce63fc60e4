from decimal import Decimal

from odoo import models

from .giftcard_earning import decimal


class GiftcardOperation(models.Model):
    _inherit = "giftcard.operation"

    def _refunded(self):
        """:return: Decimal of what refunds of this operation have given back"""
        refunds = self.search([("refund_of_id", "in", self.ids), ("kind", "=", "refund")])
        return sum((decimal(entry.amount) for entry in refunds.entry_ids), Decimal(0))
