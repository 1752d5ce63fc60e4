from odoo import fields, models


class GiftcardAccountMapping(models.Model):
    """The accounts of one programme in one company, where they differ from the company's."""

    _name = "giftcard.account.mapping"
    _description = "Accounts of a Program"
    _order = "company_id, program_id"
    _rec_name = "program_id"
    _check_company_auto = True

    program_id = fields.Many2one(
        "loyalty.program",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("program_type", "in", ["gift_card", "ewallet", "loyalty"])],
    )
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    liability_account_id = fields.Many2one("account.account", check_company=True)
    clearing_account_id = fields.Many2one("account.account", check_company=True)
    breakage_account_id = fields.Many2one("account.account", check_company=True)
    bonus_account_id = fields.Many2one("account.account", check_company=True)

    _program_uniq = models.Constraint("UNIQUE(program_id, company_id)", "The program's accounts are set already.")
