from odoo import http

from ..api.endpoint import endpoint
from ..schemas.common import Page, PageQuery
from ..schemas.store import Store


class StoreController(http.Controller):
    @endpoint("GET", "/stores", summary="List stores", tag="store", query=PageQuery, answer=Page[Store])
    def stores(self, query):
        """Where rewards can be picked up."""
        return self.env["giftcard.api.store"]._list(query)
