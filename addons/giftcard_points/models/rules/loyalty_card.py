from odoo import fields, models


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    used_on = fields.Date(readonly=True, copy=False, help="The last day on which the card was used.")
    used_today = fields.Float(
        digits="Gift Card Value", readonly=True, copy=False, help="What was spent, held or given away on that day."
    )
    payout_allowed = fields.Boolean(related="program_id.payout_allowed")
