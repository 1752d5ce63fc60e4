from odoo import models


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "giftcard.audited.mixin"]

    def _audited_names(self, names):
        return [name for name in super()._audited_names(names) if name.startswith("giftcard_")]
