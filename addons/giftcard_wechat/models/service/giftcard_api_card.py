from odoo import models

from ...schemas.card import Card, Entry

CARD_FIELDS = ["code", "program_id", "balance", "held", "points", "state", "expiration_date"]


class GiftcardApiCard(models.AbstractModel):
    _name = "giftcard.api.card"
    _inherit = "giftcard.api.service"
    _description = "API: Cards and Statements"

    def _list(self, query):
        """:return: page of :class:`~...schemas.card.Card`, the newest first"""
        return self._page(
            Card, "loyalty.card", [("partner_id", "=", self._member().id)], query, [("id", "desc")], CARD_FIELDS
        )

    def _get(self, card_id):
        return Card.from_record(self._own("loyalty.card", card_id))

    def _statement(self, card_id, query):
        """:return: page of :class:`~...schemas.card.Entry`, the latest first"""
        card = self._own("loyalty.card", card_id)
        return self._page(Entry, "giftcard.entry", [("card_id", "=", card.id)], query, [("version", "desc")])
