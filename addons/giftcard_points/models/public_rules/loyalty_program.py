from odoo import fields, models


class LoyaltyProgram(models.Model):
    _inherit = "loyalty.program"

    rules_version_ids = fields.One2many("giftcard.rules.version", "program_id", string="Public Rules")
