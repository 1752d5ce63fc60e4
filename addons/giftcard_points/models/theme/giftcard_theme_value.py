from odoo import api, fields, models


class GiftcardThemeValue(models.Model):
    """An amount for which cards of a theme are sold."""

    _name = "giftcard.theme.value"
    _description = "Face Value"
    _order = "amount"

    theme_id = fields.Many2one("giftcard.theme", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="theme_id.company_id")
    currency_id = fields.Many2one(related="theme_id.currency_id")
    amount = fields.Monetary(required=True)

    _amount_uniq = models.Constraint("UNIQUE(theme_id, amount)", "There is this face value already.")
    _amount_check = models.Constraint("CHECK(amount > 0)", "A card is sold for more than nothing.")

    @api.depends("amount", "currency_id")
    def _compute_display_name(self):
        for value in self:
            value.display_name = value.currency_id.format(value.amount)
