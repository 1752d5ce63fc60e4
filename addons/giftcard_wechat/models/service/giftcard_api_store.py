from odoo import models
from odoo.fields import Domain

from ...api.problems import Problem
from ...schemas.common import Page
from ...schemas.store import Store, StoreDetail


class GiftcardApiStore(models.AbstractModel):
    _name = "giftcard.api.store"
    _inherit = "giftcard.api.service"
    _description = "API: Stores"

    def _list(self, query):
        """:return: page of :class:`~...schemas.store.Store`, by code, or by distance from a place"""
        stores = self.env["giftcard.store"]
        domain = Domain.TRUE
        if query.open_now:
            domain &= Domain("is_open", "=", True)
        if query.reward_id:
            domain &= stores._stocked({self._own("giftcard.reward", query.reward_id): query.quantity})
        if query.latitude is None:
            return self._page(Store, "giftcard.store", domain, query, [("code", "asc"), ("id", "asc")])
        order = [("metres", "asc"), ("id", "asc")]
        found = stores._nearby(
            query.latitude,
            query.longitude,
            query.limit + 1,
            query.radius,
            domain,
            after=self._read_cursor("giftcard.store", order, query.cursor) if query.cursor else None,
        )
        shown = found[: query.limit]
        last = shown and {"metres": shown[-1][1], "id": shown[-1][0].id}
        return Page[Store](
            items=[Store.from_record(store, metres) for store, metres in shown],
            next_cursor=self._make_cursor("giftcard.store", order, last) if len(found) > query.limit else None,
        )

    def _get(self, store_id):
        return StoreDetail.from_record(self._own("giftcard.store", store_id))

    def _photo(self, store_id, photo_id):
        """:return: stream of one of the photos of a store, for whoever asks"""
        # As its picture.
        domain = [("id", "=", photo_id), ("store_id", "=", store_id), ("store_id.active", "=", True)]
        photo = self.env["giftcard.store.photo"].sudo().search(domain)
        if not photo:
            raise Problem("not_found")
        return self.env["ir.binary"].sudo()._get_image_stream_from(photo, "image_512")

    def _image(self, store_id):
        """:return: stream of the picture of a store, for whoever asks"""
        # Where a store is and what it looks like is no secret.
        store = self.env["giftcard.store"].sudo().search([("id", "=", store_id)])
        if not store.image_512:
            raise Problem("not_found")
        return self.env["ir.binary"].sudo()._get_image_stream_from(store, "image_512")
