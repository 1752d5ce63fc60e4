from odoo import models


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
        known = self.env["loyalty.program"]._money_programs(company.id)
        # Only its accounts are asked for.
        return self.env["loyalty.program"].sudo().browse(known.get(self.id, []))
