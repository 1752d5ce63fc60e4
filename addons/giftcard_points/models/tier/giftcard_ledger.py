from odoo import models


class GiftcardLedger(models.AbstractModel):
    _inherit = "giftcard.ledger"

    def _grant_many(self, grants):
        """Who earns enough rises at once."""
        operations = super()._grant_many(grants)
        if self.env["giftcard.tier"]._setting("source") == "points":
            cards = (
                self.env["loyalty.card"].sudo().browse({grant.card_id for grant in grants if grant.act.kind == "earn"})
            )
            self.env["giftcard.tier"]._raise_members(cards.partner_id.filtered("member_number"))
        return operations
