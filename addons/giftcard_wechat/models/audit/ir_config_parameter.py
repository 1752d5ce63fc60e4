from odoo import models


class IrConfigParameter(models.Model):
    _name = "ir.config_parameter"
    _inherit = ["ir.config_parameter", "giftcard.audited.mixin"]

    def _audited(self):
        return self.filtered(lambda parameter: parameter.key.startswith("giftcard_"))
