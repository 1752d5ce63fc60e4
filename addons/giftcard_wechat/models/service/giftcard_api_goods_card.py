from odoo import models
from odoo.http import request

from odoo.addons.giftcard_pickup.exceptions import RewardNotAvailable, StoreNotAvailable

from ...api.problems import Problem
from ...schemas.goods_card import GoodsCard
from ...schemas.redemption import Redemption


class GiftcardApiGoodsCard(models.AbstractModel):
    _name = "giftcard.api.goods.card"
    _inherit = "giftcard.api.service"
    _description = "API: Goods Cards"

    def _claim(self, claim):
        """:param claim: :class:`~...schemas.goods_card.GoodsCardClaim`

        :return: :class:`~...schemas.goods_card.GoodsCard`, the member's from now on
        :raise CodeNotAccepted, TooManyAttempts:
        """
        ip = request.httprequest.remote_addr
        card = self.env["giftcard.code"]._claim_goods_card(claim.secret, self._member(), claim.number, ip)
        return GoodsCard.from_record(card)

    def _get(self, card_id):
        return GoodsCard.from_record(self._goods_card(card_id))

    def _exchange(self, card_id, exchange):
        """:param exchange: :class:`~...schemas.goods_card.GoodsCardExchange`

        :return: :class:`~...schemas.redemption.Redemption`
        :raise LedgerError: as ``giftcard.redemption._exchange``; nothing has happened then
        """
        card = self._goods_card(card_id)
        store = self.env["giftcard.store"].search([("id", "=", exchange.store_id)])
        if not store:
            raise StoreNotAvailable(self.env._("The store does not exist."))
        # As in the schema.
        offered = {item.id: item for item in card.sudo().program_id.goods_item_ids}
        if any(pick.item_id not in offered for pick in exchange.picks):
            raise RewardNotAvailable(self.env._("One of the goods is not for this card."))
        redemption = self.env["giftcard.redemption"]._exchange(
            self._member(),
            card,
            [(offered[pick.item_id], pick.quantity) for pick in exchange.picks],
            self.env.context["giftcard_idempotency_key"],
            store=store,
        )
        return Redemption.from_record(redemption)

    def _goods_card(self, card_id):
        card = self._own("loyalty.card", card_id)
        if card.program_type != "goods_card":
            raise Problem("not_found")
        return card
