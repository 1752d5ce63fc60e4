from odoo import Command, api, models


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        # Members log in to each company's apps; the API's user follows, whoever makes the company.
        api_user = self.env.ref("giftcard_wechat.user_api").sudo()
        api_user.company_ids = [Command.link(company.id) for company in companies]
        return companies
