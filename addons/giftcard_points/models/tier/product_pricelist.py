from odoo import api, models


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    @api.model
    def _get_partner_pricelist_multi(self, partner_ids):
        """Members without a pricelist of their own have their tier's."""
        result = super()._get_partner_pricelist_multi(partner_ids)
        if not self.env["res.groups"]._is_feature_enabled("product.group_product_pricelist"):
            return result
        # A member's tier is not read with the rights of who sells.
        partners = self.env["res.partner"].with_context(active_test=False).sudo().browse(partner_ids)
        for partner in partners:
            pricelist = partner.member_tier_id.pricelist_id._get_partner_pricelist_multi_filter_hook()
            own = partner.specific_property_product_pricelist._get_partner_pricelist_multi_filter_hook()
            if pricelist and not own and pricelist.company_id.id in (False, self.env.company.id):
                result[partner.id] = pricelist.with_env(self.env)
        return result
