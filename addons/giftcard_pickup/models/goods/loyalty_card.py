from collections import Counter

from odoo import models
from odoo.tools import SQL

from ..states import UNDONE


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    def _goods_taken(self):
        """:return: Counter of ``giftcard.goods.item`` id -> pieces of it that were exchanged and not given back"""
        self.ensure_one()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.goods_item_id, SUM(line.quantity - line.unclaimed_quantity - line.returned_quantity)::int
                  FROM giftcard_redemption redemption
                  JOIN giftcard_redemption_line line ON line.redemption_id = redemption.id
                 WHERE redemption.goods_card_id = %s AND redemption.state NOT IN %s
                 GROUP BY line.goods_item_id
                """,
                self.id,
                UNDONE,
            )
        )
        return Counter(dict(rows))
