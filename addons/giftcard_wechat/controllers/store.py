from odoo import http

from ..api.endpoint import endpoint
from ..schemas.common import Page
from ..schemas.store import Store, StoreDetail, StoreQuery
from .reward import ID, picture_route, send_picture


class StoreController(http.Controller):
    @endpoint("GET", "/stores", summary="List stores", tag="store", query=StoreQuery, answer=Page[Store], cached=True)
    def stores(self, query):
        """Where rewards can be picked up: by code, or the nearest first when a place is given."""
        return self.env["giftcard.api.store"]._list(query)

    @endpoint(
        "GET",
        "/stores/{store_id}",
        summary="Read a store",
        tag="store",
        answer=StoreDetail,
        problems=["not_found"],
        cached=True,
    )
    def store(self, store_id):
        """One store with its photos and its place on the map."""
        return self.env["giftcard.api.store"]._get(store_id)

    @picture_route(f"/stores/<{ID}:store_id>/image")
    def image(self, store_id):
        """The picture of a store; clients find its path in ``image_url``."""
        return send_picture(self.env["giftcard.api.store"]._image(store_id))

    @picture_route(f"/stores/<{ID}:store_id>/photos/<{ID}:photo_id>")
    def photo(self, store_id, photo_id):
        """One of the photos of a store."""
        return send_picture(self.env["giftcard.api.store"]._photo(store_id, photo_id))
