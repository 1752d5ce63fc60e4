from odoo import models


class PosOrder(models.Model):
    """Gift cards with themes, sold at the till."""

    _inherit = "pos.order"

    def _check_loads(self):
        for line in self._theme_lines():
            theme = self._themes()[line.product_id]
            theme._refuse_amount(line.price_unit)
        return super()._check_loads()

    def confirm_coupon_programs(self, coupon_data):
        result = super().confirm_coupon_programs(coupon_data)
        # Cashiers do not write cards; the theme is the line's.
        cards = (
            self.env["loyalty.card"]
            .sudo()
            .search(
                [
                    ("source_pos_order_id", "=", self.id),
                    ("program_id.program_type", "=", "gift_card"),
                    ("theme_id", "=", False),
                ]
            )
        )
        themes = self._themes()
        cards._set_themes(
            (line.price_subtotal_incl / line.qty, themes[line.product_id])
            for line in self._theme_lines()
            for __ in range(int(line.qty))
        )
        return result

    def _themes(self):
        themes = self.env["giftcard.theme"].search([("product_id", "in", self.lines.product_id.ids)])
        return {theme.product_id: theme for theme in themes}

    def _theme_lines(self):
        themes = self._themes()
        return self.lines.filtered(lambda line: line.product_id in themes and line.qty > 0)
