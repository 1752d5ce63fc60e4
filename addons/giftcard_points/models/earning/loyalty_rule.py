from odoo import api, fields, models


class LoyaltyRule(models.Model):
    _inherit = "loyalty.rule"

    store_ids = fields.Many2many(
        "giftcard.store",
        string="Stores",
        help="Points are earned by this rule at these stores only; empty: everywhere.",
    )

    @api.model
    def _load_pos_data_domain(self, data, config):
        domain = super()._load_pos_data_domain(data, config)
        return [*domain, "|", ("store_ids", "=", False), ("store_ids", "in", config.giftcard_store_id.ids)]

    def _counts_at(self, store):
        """:param store: ``giftcard.store``, empty where there is none. :return: whether the rule counts there"""
        # Who sells need not be allowed to see other companies' stores.
        stores = self.sudo().store_ids
        return not stores or store in stores
