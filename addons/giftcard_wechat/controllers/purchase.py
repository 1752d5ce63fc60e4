from odoo import http

from ..api.endpoint import endpoint
from ..schemas.common import Page, PageQuery
from ..schemas.purchase import (
    CardOrder,
    CardOrderRequest,
    CodeTopUp,
    CodeTopUpRequest,
    TopUp,
    TopUpPrograms,
    TopUpRequest,
)

BUYING = ["invalid_amount", "limit_exceeded", "payment_method_not_available", "real_name_required"]


class PurchaseController(http.Controller):
    @endpoint(
        "POST",
        "/card-orders",
        summary="Buy gift cards",
        tag="card",
        body=CardOrderRequest,
        answer=CardOrder,
        status=201,
        problems=["amount_not_offered", "card_not_usable", "not_found", *BUYING],
    )
    def order_cards(self, body):
        """Order gift cards of a theme, then start the payment. The cards are the member's once it is paid."""
        return self.env["giftcard.api.purchase"]._order_cards(body)

    @endpoint("GET", "/card-orders", summary="List bought cards", tag="card", query=PageQuery, answer=Page[CardOrder])
    def card_orders(self, query):
        """Orders of gift cards, the latest first."""
        return self.env["giftcard.api.purchase"]._card_orders(query)

    @endpoint(
        "GET",
        "/card-orders/{order_id}",
        summary="Read an order of gift cards",
        tag="card",
        answer=CardOrder,
        problems=["not_found"],
    )
    def card_order(self, order_id):
        """State, payment and, once it is done, the cards."""
        return self.env["giftcard.api.purchase"]._get("card_order", order_id)

    @endpoint("GET", "/top-up-programs", summary="List what can be topped up", tag="card", answer=TopUpPrograms)
    def programs(self):
        """Stored value with its tiers: who pays so much at once gets so much more."""
        return self.env["giftcard.api.purchase"]._programs()

    @endpoint(
        "POST",
        "/top-ups",
        summary="Top up by payment",
        tag="card",
        body=TopUpRequest,
        answer=TopUp,
        status=201,
        problems=["card_not_usable", "not_found", "member_not_active", *BUYING],
    )
    def top_up(self, body):
        """Order stored value for oneself or for the member of a phone number, then start the payment."""
        return self.env["giftcard.api.purchase"]._top_up(body)

    @endpoint("GET", "/top-ups", summary="List top-ups", tag="card", query=PageQuery, answer=Page[TopUp])
    def top_ups(self, query):
        """Top-ups that the member ordered, the latest first."""
        return self.env["giftcard.api.purchase"]._top_ups(query)

    @endpoint("GET", "/top-ups/{order_id}", summary="Read a top-up", tag="card", answer=TopUp, problems=["not_found"])
    def top_up_order(self, order_id):
        """State and payment of a top-up."""
        return self.env["giftcard.api.purchase"]._get("top_up", order_id)

    @endpoint(
        "POST",
        "/top-ups/by-code",
        summary="Top up by a paper card",
        tag="card",
        body=CodeTopUpRequest,
        answer=CodeTopUp,
        problems=["card_frozen", "card_not_usable", "code_not_accepted", "limit_exceeded", "too_many_attempts"],
    )
    def top_up_by_code(self, body):
        """Move all that is on a paper card to the member's wallet. Wrong, used and blocked codes are refused alike."""
        return self.env["giftcard.api.purchase"]._top_up_by_code(body)
