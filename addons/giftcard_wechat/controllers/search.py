from odoo import http

from ..api.endpoint import endpoint
from ..schemas.search import SearchQuery, SearchResult


class SearchController(http.Controller):
    @endpoint("GET", "/search", summary="Search", tag="content", query=SearchQuery, answer=SearchResult)
    def search(self, query):
        """Rewards, articles, answers and stores by words, Chinese ones from a single character on."""
        return self.env["giftcard.api.search"]._search_all(query)
