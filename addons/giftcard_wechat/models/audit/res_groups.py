from odoo import models


class ResGroups(models.Model):
    """Who may do what."""

    _name = "res.groups"
    _inherit = ["res.groups", "giftcard.audited.mixin"]

    def _audited_names(self, names):
        return [name for name in super()._audited_names(names) if name in ("user_ids", "implied_ids")]
