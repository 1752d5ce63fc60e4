from odoo import fields, models
from odoo.exceptions import UserError


class GiftcardRedemptionPayment(models.TransientModel):
    """Asks a clerk how the cash of a redemption was paid at the counter."""

    _name = "giftcard.redemption.payment"
    _description = "Payment of a Redemption"

    redemption_id = fields.Many2one("giftcard.redemption", required=True)
    currency_id = fields.Many2one(related="redemption_id.currency_id")
    amount = fields.Monetary(related="redemption_id.cash_total")
    method = fields.Selection([("cash", "Cash"), ("bank", "Bank or Card")], required=True, default="cash")

    def action_confirm(self):
        self.ensure_one()
        self.redemption_id._require_cashier()
        # Clerks have no rights on journals, only on taking this amount.
        journal = (
            self.env["account.journal"]
            .sudo()
            .search([("type", "=", self.method), ("company_id", "=", self.redemption_id.company_id.id)], limit=1)
        )
        if not journal:
            raise UserError(self.env._("There is no journal for this way of paying."))
        self.redemption_id._pay_at_counter(journal)
        return {"type": "ir.actions.act_window_close"}
