from odoo import api, fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    giftcard_theme_id = fields.Many2one(
        "giftcard.theme", string="Gift Card Theme", compute="_compute_giftcard_theme_id"
    )

    @api.depends("product_id")
    def _compute_giftcard_theme_id(self):
        themes = self.env["giftcard.theme"].search([("product_id", "in", self.product_id.ids)])
        by_product = {theme.product_id: theme for theme in themes}
        for line in self:
            line.giftcard_theme_id = by_product.get(line.product_id)

    def _sold_cards(self):
        """:return: list of (value, theme), one for each gift card that these lines sell"""
        return [
            (line.price_total / line.product_uom_qty, line.giftcard_theme_id)
            for line in self
            if line.giftcard_theme_id and line.product_uom_qty > 0
            for __ in range(int(line.product_uom_qty))
        ]
