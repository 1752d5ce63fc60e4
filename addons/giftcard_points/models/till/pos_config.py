from odoo import fields, models


class PosConfig(models.Model):
    _inherit = "pos.config"

    giftcard_payment_prefix = fields.Char(
        compute="_compute_giftcard_payment_prefix", help="By which the till knows the payment codes of members."
    )

    def _compute_giftcard_payment_prefix(self):
        self.giftcard_payment_prefix = self.env["giftcard.payment.code"]._prefix()
