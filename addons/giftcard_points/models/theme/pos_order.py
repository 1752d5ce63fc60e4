from odoo import models


class PosOrder(models.Model):
    """Gift cards with themes, sold at the till."""

    _inherit = "pos.order"

    def _check_loads(self):
        themes = self._themes()
        for line in self.lines.filtered(lambda line: line.product_id in themes and line.qty > 0):
            themes[line.product_id]._refuse_amount(line._sold_for() / line.qty)
        return super()._check_loads()

    def _themes(self):
        """:return: {product: the ``giftcard.theme`` that is sold by it}"""
        themes = self.env["giftcard.theme"].search([("product_id", "in", self.lines.product_id.ids)])
        return {theme.product_id: theme for theme in themes}
