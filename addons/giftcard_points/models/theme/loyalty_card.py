from odoo import fields, models


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    theme_id = fields.Many2one("giftcard.theme", readonly=True, index="btree_not_null", ondelete="restrict")

    def _set_themes(self, units):
        """Give each card the theme of one of the units sold, of its value as far as there is one.

        :param units: list of (value, ``giftcard.theme``, may be empty)
        """
        units = list(units)
        for card in self.sorted("id"):
            if not units:
                return
            currency = card.currency_id
            unit = next((unit for unit in units if currency.compare_amounts(unit[0], card.points) == 0), units[0])
            units.remove(unit)
            card.theme_id = unit[1]
