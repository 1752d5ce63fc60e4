from odoo import models


class GiftcardStore(models.Model):
    _inherit = "giftcard.store"

    def _stock_locations(self):
        """:return: the ``stock.location`` of what can be redeemed here: the store's stock, and that of the warehouses
        which resupply it"""
        return (self.warehouse_id | self._suppliers()).lot_stock_id

    def _suppliers(self):
        """:return: the ``stock.warehouse`` that a resupply route leads from to the store's, in order"""
        return self.warehouse_id.resupply_route_ids.supplier_wh_id
