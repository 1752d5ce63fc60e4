from odoo import models


class PaymentProvider(models.Model):
    _name = "payment.provider"
    _inherit = ["payment.provider", "giftcard.audited.mixin"]

    def _audited_secrets(self):
        # Every provider keeps its credentials in fields of its own, for the administrator alone.
        return super()._audited_secrets() | {
            name for name, field in self._fields.items() if field.groups == "base.group_system"
        }
