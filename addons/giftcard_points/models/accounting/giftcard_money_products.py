from odoo import api, models, tools
from odoo.tools import SQL

FIELDS = frozenset({"program_id", "program_type", "company_id", "product_ids", "discount_line_product_id"})


class GiftcardMoneyProducts(models.AbstractModel):
    """Mixin of what says which products load cards, and by which cards pay: each line of each invoice asks for them, so
    the answer is kept until one of its records changes.
    """

    _name = "giftcard.money.products"
    _description = "Products of Gift Cards and Stored Value"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        result = super().write(vals)
        if not FIELDS.isdisjoint(vals):
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    @tools.ormcache("company_id")
    def _money_programs(self, company_id):
        """:return: {product template id: id of the program of money that it loads, or by which it pays}"""
        for model in ("loyalty.program", "loyalty.rule", "loyalty.reward"):
            self.env[model].flush_model()
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT product.product_tmpl_id, MIN(used.program_id)
                      FROM (SELECT program_id, discount_line_product_id AS product_id FROM loyalty_reward
                             UNION ALL
                            SELECT rule.program_id, loaded.product_product_id
                              FROM loyalty_rule rule
                              JOIN loyalty_rule_product_product_rel loaded ON loaded.loyalty_rule_id = rule.id) used
                      JOIN loyalty_program program ON program.id = used.program_id
                      JOIN product_product product ON product.id = used.product_id
                     WHERE program.program_type IN ('gift_card', 'ewallet')
                       AND COALESCE(program.company_id, %(company)s) = %(company)s
                     GROUP BY product.product_tmpl_id
                    """,
                    company=company_id,
                )
            )
        )
