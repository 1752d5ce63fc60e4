from odoo import http

from ..api.endpoint import endpoint
from ..schemas.card import Card, CardQuery, Entry, StatementQuery
from ..schemas.common import Page


class CardController(http.Controller):
    @endpoint("GET", "/cards", summary="List cards", tag="card", query=CardQuery, answer=Page[Card])
    def cards(self, query):
        """The member's gift cards, eWallets, points cards and coupons, the newest first."""
        return self.env["giftcard.api.card"]._list(query)

    @endpoint("GET", "/cards/{card_id}", summary="Read a card", tag="card", answer=Card, problems=["not_found"])
    def card(self, card_id):
        """One card of the member."""
        return self.env["giftcard.api.card"]._get(card_id)

    @endpoint(
        "GET",
        "/cards/{card_id}/entries",
        summary="Read a statement",
        tag="card",
        query=StatementQuery,
        answer=Page[Entry],
        problems=["not_found"],
    )
    def entries(self, card_id, query):
        """Every movement of a card with its time, kind, store and the balance after it, the latest first."""
        return self.env["giftcard.api.card"]._statement(card_id, query)
