from collections import Counter

from odoo import api, fields, models

from odoo.addons.giftcard_points.exceptions import CardNotUsable

from ...exceptions import ClaimExceeded, InvalidQuantity, RewardNotAvailable, StoreNotAvailable
from .loyalty_program import GOODS


class GiftcardRedemption(models.Model):
    """The exchange of a goods card: an order as others are, paid in pieces of the card instead of points.

    ``program_id`` is the kind of card and ``points`` the pieces; the ledger holds, takes and gives them back as points.
    """

    _inherit = "giftcard.redemption"

    goods_card_id = fields.Many2one("loyalty.card", readonly=True, index="btree_not_null", ondelete="restrict")

    @api.model
    def _exchange(self, member, card, picks, key, store=None, fulfilment="pickup", address=None):
        """Exchange a goods card, or a part of it, for goods.

        :param member: the ``res.partner`` whose card it is; the caller has made sure of who it is
        :param card: ``loyalty.card``, claimed by :meth:`giftcard.code._claim_goods_card`
        :param picks: list of (``giftcard.goods.item``, pieces)
        :param key: idempotency key of the member's request; the same request again returns the same redemption
        :param store: ``giftcard.store``, for ``pickup``
        :param fulfilment: ``pickup`` or ``delivery``
        :param address: ``res.partner``, for ``delivery``: the member or one of his addresses
        :return: the ``giftcard.redemption``, as of :meth:`_submit`
        :raise ClaimExceeded: when there are fewer left of the chosen goods on this card: ``available``
        :raise InsufficientBalance, CardNotUsable: by the ledger
        :raise: as :meth:`_submit`
        """
        chosen = self._picked(picks)
        # A member has no rights of his own here; from here on only the given member, card, store and goods are touched.
        order = self.sudo()
        store = (store or self.env["giftcard.store"]).sudo()
        card = card.sudo()
        company = store.company_id or card.company_id or card.program_id.company_id or self.env.company
        order = order.with_company(company)
        member, card, store = (records.with_env(order.env) for records in (member, card, store))
        address = (address or self.env["res.partner"]).with_env(order.env)
        request = [member.id, "exchange", card.id, list(chosen.items()), fulfilment, store.id, address.id]
        if redemption := order._find(member, key, request):
            return redemption.with_env(self.env)
        redemption, fresh = order._open(
            member,
            key,
            request,
            None,
            {
                "company_id": company.id,
                "store_id": store.id or None,
                "fulfilment": fulfilment,
                "address_id": address.id or None,
                "warehouse_id": order._warehouse(fulfilment, store).id or None,
                "program_id": card.program_id.id,
                "goods_card_id": card.id,
                "points": sum(chosen.values()),
                "cash_amount": 0,
            },
        )
        if fresh:
            items = order.env["giftcard.goods.item"].browse(chosen)
            redemption._check_exchangeable(items)
            redemption._set_lines(
                [
                    {
                        "goods_item_id": item.id,
                        "product_id": item.product_id.id,
                        "quantity": chosen[item.id],
                        "points_price": 1.0,
                        "cash_price": 0.0,
                    }
                    for item in items
                ]
            )
            redemption._check_orderable(order.env["giftcard.reward"])
            redemption._add_shipping()
            redemption._hold_points()
            redemption._check_claims()
            redemption._begin(None)
        return redemption.with_env(self.env)

    @api.model
    def _picked(self, picks):
        """:return: dict of item id -> pieces, in ascending id; those of one item are added up"""
        chosen = Counter()
        for item, quantity in picks:
            if isinstance(quantity, bool) or not isinstance(quantity, int) or not 0 < quantity < 2**31:
                raise InvalidQuantity(self.env._("%s is not a number of pieces.", quantity))
            chosen[item.id] += quantity
        if not chosen:
            raise InvalidQuantity(self.env._("Choose at least one of the goods."))
        return dict(sorted(chosen.items()))

    def _check_exchangeable(self, items):
        """Refuse somebody else's card, goods of other cards, and a store at which the card is not taken."""
        card = self.goods_card_id
        if card.program_type != GOODS or card.partner_id != self.member_id:
            raise CardNotUsable(self.env._("This is not your card."))
        if items.program_id != card.program_id:
            raise RewardNotAvailable(self.env._("These goods are not for this card."))
        if self.fulfilment not in ("pickup", "delivery"):
            raise RewardNotAvailable(self.env._("Choose a store or an address for the goods."))
        owner = card.company_id or card.program_id.company_id
        if owner and owner != self.company_id:
            raise StoreNotAvailable(self.env._("This card is not exchanged at %s.", self.store_id.name))
        only = card.batch_id.store_id
        if only and (self.fulfilment != "pickup" or self.store_id != only):
            raise StoreNotAvailable(self.env._("This card is exchanged at %s alone.", only.name))

    def _hold_points(self):
        if not self.goods_card_id:
            return super()._hold_points()
        act = self._act("spend", member=self.member_id)
        self.hold_id = self._ledger()._hold(act, self.goods_card_id, self.points)
        return None

    def _approved_by_rule(self):
        """Pieces are not points: what passes up to so many points says nothing of a goods card."""
        if self.goods_card_id:
            return self.fulfilment == "pickup" and self.company_id.giftcard_approve_pickup
        return super()._approved_by_rule()

    def _check_claims(self):
        """Refuse more of one item than the card promises. The hold has locked the card's row, so that what is counted
        now, by a statement of its own, is all there is.

        :raise ClaimExceeded:
        """
        self.env["giftcard.redemption.line"].flush_model()
        self.flush_recordset()
        taken = self.goods_card_id._goods_taken()
        for line in self.line_ids:
            item = line.goods_item_id
            if taken[item.id] > item.quantity:
                left = item.quantity - (taken[item.id] - line.quantity)
                raise ClaimExceeded(
                    self.env._("Of %(goods)s only %(left)s are left on this card.", goods=item.display_name, left=left),
                    left,
                )
