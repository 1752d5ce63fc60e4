from odoo import models

from odoo.addons.giftcard_pickup.exceptions import (
    AddressNotAvailable,
    CarrierNotAvailable,
    RewardNotAvailable,
    StoreNotAvailable,
)

from ...api.problems import Problem
from ...schemas.quote import Quote, RedemptionList
from ...schemas.redemption import Redemption

#: Rewards on a list, as in an order.
LIST_SIZE = 50


class GiftcardApiOrder(models.AbstractModel):
    """What an order is made of: rewards at their prices, where they go, who pays; and the list that is none yet."""

    _name = "giftcard.api.order"
    _inherit = "giftcard.api.service"
    _description = "API: Quotes and the Redemption List"

    def _quote(self, request):
        """What an order would cost, and what stands in its way.

        :param request: :class:`~...schemas.quote.QuoteRequest`
        :return: :class:`~...schemas.quote.Quote`
        """
        where = self._destination(request)
        lines = self._lines(request.lines) if request.lines else self._draft()._items()
        quote = self.env["giftcard.redemption"]._quote(self._member(), lines=lines, **where)
        program = quote["lines"][0]["reward"].sudo().program_id
        carriers = []
        if request.fulfilment == "delivery" and where["address"]:
            carriers = self.env["giftcard.redemption"]._shipping_options(self._member(), lines, where["address"])
        balance = self.env["giftcard.api.reward"]._points().get(program.id, 0.0)
        return Quote.from_quote(quote, balance, carriers, self.env.company.currency_id)

    def _submit(self, order, key):
        """Redeem rewards.

        :param order: :class:`~...schemas.redemption.RedemptionRequest`
        :return: :class:`~...schemas.redemption.Redemption`
        :raise LedgerError: as ``giftcard.redemption._submit``; nothing has happened then
        """
        where = self._destination(order)
        redemption = self.env["giftcard.redemption"]._submit(
            self._member(), lines=self._lines(order.lines), key=key, **where
        )
        return Redemption.from_record(redemption)

    def _show_list(self):
        """:return: :class:`~...schemas.quote.RedemptionList`"""
        return RedemptionList.from_record(self._draft(), self.env.company.currency_id)

    def _set_item(self, reward_id, item):
        """Put so many pieces on the list.

        :param item: :class:`~...schemas.quote.ListItemRequest`
        """
        reward = self.env["giftcard.api.reward"]._seen(reward_id)
        draft = self.env["giftcard.redemption"]._draft(self._member(), self.env.company)
        if len(draft.line_ids) >= LIST_SIZE and reward not in draft.line_ids.reward_id:
            raise Problem("list_full", self.env._("A list holds %s rewards. Submit it, or take one off.", LIST_SIZE))
        draft._set_item(reward, item.quantity, self._price(reward, item.price_id))
        return self._show_list()

    def _drop_item(self, reward_id):
        """Take a reward off the list, also one that is not offered any more."""
        if draft := self._draft():
            draft._set_item(self.env["giftcard.reward"].browse(reward_id), 0)
        return self._show_list()

    def _clear_list(self):
        self._draft()._clear()

    def _submit_list(self, destination, key):
        """Redeem what is on the list; stock, limits and prices are checked again.

        :param destination: :class:`~...schemas.redemption.Destination`
        :return: :class:`~...schemas.redemption.Redemption`
        """
        draft = self.env["giftcard.redemption"]._draft(self._member(), self.env.company)
        return Redemption.from_record(draft._submit_draft(key=key, **self._destination(destination)))

    # Building blocks

    def _draft(self):
        """:return: the member's list, or none; reading it makes none"""
        return self.env["giftcard.redemption"].search(
            [
                ("member_id", "=", self._member().id),
                ("company_id", "=", self.env.company.id),
                ("state", "=", "draft"),
            ]
        )

    def _lines(self, lines):
        """:return: list of (``giftcard.reward``, pieces, ``giftcard.reward.price`` or none)"""
        rewards = self.env["giftcard.reward"].search([("id", "in", [line.reward_id for line in lines])])
        offered = {reward.id: reward for reward in rewards}
        if any(line.reward_id not in offered for line in lines):
            raise RewardNotAvailable(self.env._("One of the rewards is not offered."))
        return [
            (offered[line.reward_id], line.quantity, self._price(offered[line.reward_id], line.price_id))
            for line in lines
        ]

    def _price(self, reward, price_id):
        """:return: the price of the reward with this id, none for points alone"""
        # The prices of a reward that is offered are public.
        prices = reward.sudo().price_ids
        price = prices.filtered(lambda one: one.id == price_id)
        if price_id and not price:
            raise RewardNotAvailable(self.env._("%s is not offered at this price any more.", reward.name))
        return price

    def _destination(self, request):
        """:return: keyword arguments of ``giftcard.redemption._submit``"""
        where = {
            "store": self._store(request.store_id),
            "fulfilment": request.fulfilment,
            "address": self._address(request.address_id),
        }
        if request.carrier_id:
            where["carrier_id"] = self._carrier(request.carrier_id).id
        if request.wallet_card_id:
            where["wallet_id"] = self._own("loyalty.card", request.wallet_card_id).id
        return where

    def _store(self, store_id):
        if not store_id:
            return self.env["giftcard.store"]
        store = self.env["giftcard.store"].search([("id", "=", store_id)])
        if not store:
            raise StoreNotAvailable(self.env._("The store does not exist."))
        return store

    def _address(self, address_id):
        """:return: the member, or one of the addresses below him"""
        # The record rules let a member's own contact through alone; its addresses are his too.
        addresses = self.env["res.partner"].sudo()
        if not address_id:
            return addresses
        address = addresses.search([("id", "=", address_id), ("id", "child_of", self._member().id)])
        if not address:
            raise AddressNotAvailable(self.env._("Choose one of your own addresses."))
        return address

    def _carrier(self, carrier_id):
        # Carriers are public once they are offered; whether this one is, the submission checks.
        carrier = self.env["delivery.carrier"].sudo().search([("id", "=", carrier_id)])
        if not carrier:
            raise CarrierNotAvailable(self.env._("This carrier is not known."))
        return carrier
