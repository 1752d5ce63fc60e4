from odoo import api, models


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    @api.model
    def _load_module_terms(self, modules, langs, overwrite=False):
        """Translations are written past the ORM: what rewards are found by is made anew."""
        result = super()._load_module_terms(modules, langs, overwrite=overwrite)
        if "giftcard_pickup" in modules and "search_words" in self.env["giftcard.reward"]._fields:
            self.env.invalidate_all()
            rewards = self.env["giftcard.reward"].with_context(active_test=False)
            rewards.search([])._refresh_search_words()  # pylint: disable=no-search-all; all of them
        return result
