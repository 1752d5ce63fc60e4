from odoo import models
from odoo.tools import SQL


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def _giftcard_lock(self, products, locations):
        """Wait for, and lock, all quants of ``products`` in ``locations`` and below, in ascending id.

        Native reservation reads quants, takes the first one that nobody has locked and writes back ``reserved + x``; of
        a row that is locked it makes another quant instead (``SKIP LOCKED``). Under this lock, and with the cache
        emptied, what it reads is what is there, in READ COMMITTED too.

        :return: dict of product id -> free quantity in the product's unit
        """
        free = dict.fromkeys(products.ids, 0.0)
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT quant.product_id, COALESCE(quant.quantity, 0) - COALESCE(quant.reserved_quantity, 0)
                  FROM stock_quant quant
                  JOIN stock_location location ON location.id = quant.location_id
                 WHERE quant.product_id = ANY(%s)
                   AND EXISTS (SELECT FROM stock_location parent
                                WHERE parent.id = ANY(%s) AND location.parent_path LIKE parent.parent_path || '%%')
                 ORDER BY quant.id
                   FOR NO KEY UPDATE OF quant
                """,
                products.ids,
                locations.ids,
            )
        )
        for product_id, quantity in rows:
            free[product_id] += quantity
        self.invalidate_model(flush=False)
        products.invalidate_recordset(["qty_available", "free_qty", "virtual_available"], flush=False)
        return free

    def _warehouses_with(self, product, quantity):
        """:return: ids of the warehouses whose stock has so much of a product free"""
        self.flush_model(["product_id", "location_id", "quantity", "reserved_quantity"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT warehouse.id
                  FROM stock_quant quant
                  JOIN stock_location location ON location.id = quant.location_id
                  JOIN stock_warehouse warehouse ON warehouse.id = location.warehouse_id
                  JOIN stock_location stock ON stock.id = warehouse.lot_stock_id
                 WHERE quant.product_id = %s AND location.parent_path LIKE stock.parent_path || '%%'
                 GROUP BY warehouse.id
                HAVING SUM(quant.quantity - quant.reserved_quantity) >= %s
                """,
                product.id,
                quantity,
            )
        )
        return [warehouse_id for (warehouse_id,) in rows]

    def _clean_reservations(self):
        """Native code lets ``reserved_quantity`` be what moves reserve, where it is not; promises count as well.

        Usually there is nothing to do, and then nothing is written: redemptions wait for these rows.
        """
        promises = self.env["giftcard.promise"].sudo()
        if not promises.search_count([], limit=1):
            return super()._clean_reservations()
        if not promises._unexplained():
            return None
        promises._count(SQL("-"))
        result = super()._clean_reservations()
        promises._count(SQL("+"))
        return result
