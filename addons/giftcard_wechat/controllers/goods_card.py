from odoo import http

from ..api.endpoint import endpoint
from ..schemas.goods_card import GoodsCard, GoodsCardClaim, GoodsCardExchange
from ..schemas.redemption import Redemption


class GoodsCardController(http.Controller):
    @endpoint(
        "POST",
        "/goods-cards",
        summary="Claim a goods card",
        tag="redemption",
        body=GoodsCardClaim,
        answer=GoodsCard,
        problems=["code_not_accepted", "too_many_attempts"],
        guess=True,
    )
    def claim(self, body):
        """Make a goods card the member's by its secret. Wrong, used and blocked cards are refused alike."""
        return self.env["giftcard.api.goods.card"]._claim(body)

    @endpoint(
        "GET",
        "/goods-cards/{card_id}",
        summary="Read a goods card",
        tag="redemption",
        answer=GoodsCard,
        problems=["not_found"],
    )
    def goods_card(self, card_id):
        """What is left of a goods card, and of each of the goods it is for."""
        return self.env["giftcard.api.goods.card"]._get(card_id)

    @endpoint(
        "POST",
        "/goods-cards/{card_id}/exchanges",
        summary="Exchange a goods card",
        tag="redemption",
        body=GoodsCardExchange,
        answer=Redemption,
        status=201,
        problems=[
            "card_not_usable",
            "claim_exceeded",
            "insufficient_balance",
            "not_found",
            "out_of_stock",
            "reward_not_available",
            "store_not_available",
        ],
    )
    def exchange(self, card_id, body):
        """Order goods for a goods card, all of it or a part; the rest can be exchanged later."""
        return self.env["giftcard.api.goods.card"]._exchange(card_id, body)
