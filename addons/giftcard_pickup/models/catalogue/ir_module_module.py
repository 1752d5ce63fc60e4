from odoo import api, models


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    @api.model
    def _load_module_terms(self, modules, langs, overwrite=False):
        """Translations are written past the ORM: what records are found by is made anew."""
        result = super()._load_module_terms(modules, langs, overwrite=overwrite)
        if any(module.startswith("giftcard_") for module in modules):
            self.env.invalidate_all()
            for name in self.env.registry.descendants(["giftcard.search.mixin"], "_inherit"):
                model = self.env[name].with_context(active_test=False)
                if not model._abstract:
                    model.search([])._refresh_search_words()  # pylint: disable=no-search-all; all of them
        return result
