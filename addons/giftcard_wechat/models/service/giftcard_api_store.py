from odoo import models

from ...schemas.store import Store


class GiftcardApiStore(models.AbstractModel):
    _name = "giftcard.api.store"
    _inherit = "giftcard.api.service"
    _description = "API: Stores"

    def _list(self, query):
        """:return: page of :class:`~...schemas.store.Store`"""
        return self._page(Store, "giftcard.store", [], query, [("code", "asc"), ("id", "asc")])
