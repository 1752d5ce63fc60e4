from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        result = super().write(vals)
        if "tz" in vals:
            # The ledger keeps timezones of companies and users in memory.
            self.env.registry.clear_cache()
        return result
