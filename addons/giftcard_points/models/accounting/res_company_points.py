from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    giftcard_points_account_id = fields.Many2one(
        "account.account",
        string="Points Liability Account",
        check_company=True,
        help="What members' points are estimated to cost. Empty: the estimate is a report and is not posted.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    giftcard_points_account_id = fields.Many2one(related="company_id.giftcard_points_account_id", readonly=False)
