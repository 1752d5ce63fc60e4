from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    giftcard_journal_id = fields.Many2one(related="company_id.giftcard_journal_id", readonly=False)
    giftcard_liability_account_id = fields.Many2one(related="company_id.giftcard_liability_account_id", readonly=False)
    giftcard_clearing_account_id = fields.Many2one(related="company_id.giftcard_clearing_account_id", readonly=False)
    giftcard_breakage_account_id = fields.Many2one(related="company_id.giftcard_breakage_account_id", readonly=False)
    giftcard_bonus_account_id = fields.Many2one(related="company_id.giftcard_bonus_account_id", readonly=False)
    giftcard_tz = fields.Selection(
        related="company_id.partner_id.tz",
        string="Time Zone of the Day",
        readonly=False,
        help="A day ends at midnight here.",
    )

    def action_giftcard_set_up_accounts(self):
        self.ensure_one()
        self.company_id.action_giftcard_set_up_accounts()
        return {"type": "ir.actions.client", "tag": "reload"}
