from odoo import fields, models


class GiftcardRedemptionDecision(models.TransientModel):
    """Asks a reviewer for the reason of a rejection or cancellation."""

    _name = "giftcard.redemption.decision"
    _description = "Decision on Redemptions"

    redemption_ids = fields.Many2many("giftcard.redemption", required=True)
    decision = fields.Selection([("rejected", "Reject"), ("cancelled", "Cancel")], required=True)
    reason = fields.Char(required=True)

    def action_confirm(self):
        self.ensure_one()
        redemptions = self.redemption_ids
        redemptions._require_reviewer()
        if self.decision == "rejected":
            redemptions._reviewable()._reject(self.reason)
        else:
            redemptions._cancel(self.reason)
        return {"type": "ir.actions.act_window_close"}
