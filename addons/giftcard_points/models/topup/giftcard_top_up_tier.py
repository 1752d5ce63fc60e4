from odoo import api, fields, models


class GiftcardTopUpTier(models.Model):
    """Pay so much at once, get so much more: of the tiers of a program the highest that is reached counts."""

    _name = "giftcard.top.up.tier"
    _description = "Top-up Tier"
    _order = "program_id, paid"

    program_id = fields.Many2one("loyalty.program", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="program_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="program_id.currency_id")
    paid = fields.Float(string="Paid From", digits="Gift Card Value", required=True)
    bonus = fields.Float(digits="Gift Card Value", required=True)

    # Also how the tier of an amount is found.
    _paid_uniq = models.Constraint("UNIQUE(program_id, paid)", "There is a tier for this amount already.")
    _amounts_check = models.Constraint(
        "CHECK(paid > 0 AND bonus > 0)", "A tier is for an amount that is paid, and adds a bonus."
    )

    @api.depends("paid", "bonus")
    def _compute_display_name(self):
        for tier in self:
            tier.display_name = self.env._("Pay %(paid)g, get %(bonus)g", paid=tier.paid, bonus=tier.bonus)
