from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ..states import UNDONE

DAYS = 30


class GiftcardRewardCover(models.Model):
    """For how many days the stock of a store lasts at the pace of the last 30 days, a row each reward and store."""

    _name = "giftcard.reward.cover"
    _description = "Stock Cover of Rewards"
    _auto = False
    _order = "cover_days, reward_id"
    _rec_name = "reward_id"

    company_id = fields.Many2one("res.company", readonly=True)
    reward_id = fields.Many2one("giftcard.reward", readonly=True)
    store_id = fields.Many2one("giftcard.store", readonly=True)
    category_id = fields.Many2one("giftcard.reward.category", readonly=True)
    brand_id = fields.Many2one("giftcard.reward.tag", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    free = fields.Integer(string="Free Pieces", readonly=True)
    redeemed = fields.Integer(string="Redeemed in 30 Days", readonly=True)
    per_day = fields.Float(string="Pieces per Day", readonly=True)
    cover_days = fields.Float(
        string="Cover (Days)",
        aggregator="min",
        readonly=True,
        help="Free pieces by pieces a day; empty when none was redeemed. Of several, the shortest.",
    )

    @property
    def _table_query(self):
        # A day is the company's, as it is where redemptions are counted.
        since = {
            company_id: today - timedelta(days=DAYS - 1)
            for company_id, __, today in self.env["res.company"]._giftcard_zones()
        }
        return SQL(
            """
            WITH taken AS (
                SELECT line.reward_id, redemption.store_id,
                       SUM(line.quantity - line.unclaimed_quantity - line.returned_quantity) AS pieces
                  FROM giftcard_redemption redemption
                  JOIN unnest(%(companies)s, %(since)s) AS since (company_id, day)
                    ON since.company_id = redemption.company_id AND since.day <= redemption.counted_on
                  JOIN giftcard_redemption_line line ON line.redemption_id = redemption.id
                 WHERE redemption.counted_on >= %(first)s AND redemption.state NOT IN %(undone)s
                 GROUP BY line.reward_id, redemption.store_id
            ), stock AS (
                SELECT quant.product_id, warehouse.id AS warehouse_id,
                       GREATEST(SUM(quant.quantity - quant.reserved_quantity), 0) AS free
                  FROM stock_quant quant
                  JOIN stock_location location ON location.id = quant.location_id
                  JOIN stock_warehouse warehouse ON warehouse.id = location.warehouse_id
                  JOIN stock_location place ON place.id = warehouse.lot_stock_id
                 WHERE location.parent_path LIKE place.parent_path || '%%'
                   AND quant.product_id IN (SELECT product_id FROM giftcard_reward WHERE active AND published)
                 GROUP BY quant.product_id, warehouse.id
            )
            SELECT reward.id * 1000000::bigint + store.id AS id, reward.company_id, reward.id AS reward_id,
                   store.id AS store_id, terms.category_id, terms.brand_id, reward.product_id,
                   COALESCE(stock.free, 0)::int AS free, COALESCE(taken.pieces, 0)::int AS redeemed,
                   COALESCE(taken.pieces, 0)::numeric / %(days)s AS per_day,
                   COALESCE(stock.free, 0) * %(days)s / NULLIF(taken.pieces, 0) AS cover_days
              FROM giftcard_reward reward
              JOIN giftcard_reward terms ON terms.id = COALESCE(reward.main_id, reward.id)
              JOIN product_product product ON product.id = reward.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id AND template.is_storable
              JOIN giftcard_store store ON store.company_id = reward.company_id AND store.active
              JOIN stock_warehouse warehouse ON warehouse.id = store.warehouse_id
         LEFT JOIN stock ON stock.product_id = reward.product_id AND stock.warehouse_id = warehouse.id
         LEFT JOIN taken ON taken.reward_id = reward.id AND taken.store_id = store.id
             WHERE reward.active AND reward.published
            """,
            companies=list(since),
            since=list(since.values()),
            first=min(since.values()),
            days=DAYS,
            undone=UNDONE,
        )
