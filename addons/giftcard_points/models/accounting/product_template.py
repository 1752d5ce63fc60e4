from odoo import models
from odoo.tools import SQL


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def _get_product_accounts(self):
        """What loads a card and what a card pays are no income: they go by the clearing account, also where the
        product names an income account, since the daily entry counts on it."""
        accounts = super()._get_product_accounts()
        company = self.env.company
        # A cashier or an invoicing clerk need not read the company's accounts.
        if company.sudo()._giftcard_posts() and (program := self._money_program(company)):
            accounts["income"] = program._posting_account("clearing", company).with_env(self.env)
        return accounts

    def _money_program(self, company):
        """:return: the gift card or stored value program that the product loads or by which it is paid, if any"""
        for model in ("loyalty.program", "loyalty.rule", "loyalty.reward"):
            self.env[model].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT program.id
                  FROM loyalty_program program
                 WHERE program.program_type IN ('gift_card', 'ewallet')
                   AND COALESCE(program.company_id, %(company)s) = %(company)s
                   AND (EXISTS (SELECT
                                  FROM loyalty_reward reward
                                  JOIN product_product product ON product.id = reward.discount_line_product_id
                                 WHERE reward.program_id = program.id AND product.product_tmpl_id = %(template)s)
                     OR EXISTS (SELECT
                                  FROM loyalty_rule rule
                                  JOIN loyalty_rule_product_product_rel loaded ON loaded.loyalty_rule_id = rule.id
                                  JOIN product_product product ON product.id = loaded.product_product_id
                                 WHERE rule.program_id = program.id AND product.product_tmpl_id = %(template)s))
                 ORDER BY program.id
                 LIMIT 1
                """,
                company=company.id,
                template=self.id or None,
            )
        )
        # Only its accounts are asked for.
        return self.env["loyalty.program"].sudo().browse([program_id for (program_id,) in rows])
