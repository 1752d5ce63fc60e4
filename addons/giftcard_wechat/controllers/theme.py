from odoo import http

from ..api.endpoint import MAX_ID, PREFIX, endpoint
from ..schemas.common import Page
from ..schemas.theme import Theme, ThemeQuery
from .reward import IMAGE_SECONDS


class ThemeController(http.Controller):
    @endpoint("GET", "/themes", summary="List gift card themes", tag="card", query=ThemeQuery, answer=Page[Theme])
    def themes(self, query):
        """Gift cards on sale with their face values, and covers for gifts."""
        return self.env["giftcard.api.theme"]._list(query)

    @endpoint("GET", "/themes/{theme_id}", summary="Read a theme", tag="card", answer=Theme, problems=["not_found"])
    def theme(self, theme_id):
        """One theme with the amounts that it is sold for."""
        return self.env["giftcard.api.theme"]._get(theme_id)

    @http.route(
        f"{PREFIX}/themes/<int(min=1, max={MAX_ID}):theme_id>/image",
        type="http",
        auth="giftcard_guest",
        methods=["GET"],
        readonly=True,
        save_session=False,
    )
    def image(self, theme_id):
        """The cover of a theme; clients find its path in ``cover_url``."""
        stream = self.env["giftcard.api.theme"]._image(theme_id)
        stream.public = True
        return stream.get_response(max_age=IMAGE_SECONDS)
