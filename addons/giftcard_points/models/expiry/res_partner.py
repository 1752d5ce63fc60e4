from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    member_next_expiry_on = fields.Date(string="Next to Expire On", compute="_compute_member_next_expiry")
    member_next_expiry_amount = fields.Float(
        string="Next to Expire", compute="_compute_member_next_expiry", digits="Gift Card Value"
    )

    def _compute_member_next_expiry(self):
        """Of the points cards; of several the one that expires first."""
        cards = self.loyalty_card_ids.filtered(lambda card: card.program_type == "loyalty" and card.state == "active")
        due = cards._next_to_expire()
        for partner in self:
            days = [due[card.id] for card in cards if card.partner_id == partner._origin and card.id in due]
            first = min((day for day, __ in days), default=False)
            partner.member_next_expiry_on = first
            partner.member_next_expiry_amount = sum(amount for day, amount in days if day == first)
