from odoo import http

from ..api.endpoint import MAX_ID, PREFIX, endpoint
from ..schemas.common import Page
from ..schemas.store import Store, StoreQuery
from .reward import IMAGE_SECONDS


class StoreController(http.Controller):
    @endpoint("GET", "/stores", summary="List stores", tag="store", query=StoreQuery, answer=Page[Store])
    def stores(self, query):
        """Where rewards can be picked up: by code, or the nearest first when a place is given."""
        return self.env["giftcard.api.store"]._list(query)

    @http.route(
        f"{PREFIX}/stores/<int(min=1, max={MAX_ID}):store_id>/image",
        type="http",
        auth="giftcard_guest",
        methods=["GET"],
        readonly=True,
        save_session=False,
    )
    def image(self, store_id):
        """The picture of a store; clients find its path in ``image_url``."""
        stream = self.env["giftcard.api.store"]._image(store_id)
        stream.public = True
        return stream.get_response(max_age=IMAGE_SECONDS)
