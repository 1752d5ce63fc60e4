from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.giftcard_points.exceptions import IdempotencyConflict
from odoo.addons.giftcard_points.models.ledger.act import Act

from ..exceptions import (
    AddressNotAvailable,
    IllegalTransition,
    InvalidQuantity,
    MemberNotActive,
    RewardNotAvailable,
    StoreNotAvailable,
)
from .amounts import total


class GiftcardRedemption(models.Model):
    """How a redemption begins: points held, quotas counted, goods set aside; all in one transaction or nothing."""

    _inherit = "giftcard.redemption"

    @api.model
    def _submit(self, member, store, lines, key, fulfilment="pickup", address=None, draft=None, **values):
        """Redeem rewards.

        :param member: the ``res.partner`` who redeems; the caller has made sure of who it is
        :param store: ``giftcard.store`` where the goods will be picked up; empty for delivery and virtual rewards
        :param lines: list of (``giftcard.reward``, pieces) or (reward, pieces, ``giftcard.reward.price`` or none), all
            for points of one programme
        :param key: idempotency key of the member's request; the same request again returns the same redemption
        :param fulfilment: ``pickup``, ``delivery`` or ``virtual``; rewards that are all virtual are ``virtual``
        :param address: ``res.partner``, for delivery: the member or one of his addresses
        :param draft: the ``giftcard.redemption`` in state ``draft`` that is submitted; it takes these lines
        :param values: further columns of the row, which the key stands for too
        :return: the ``giftcard.redemption``: ``awaiting_payment`` when there is cash to pay, else ``to_review`` or,
            when a rule approves it at once, further on
        :raise IdempotencyConflict: when the member used the key for another request
        :raise IllegalTransition: when the draft has been submitted meanwhile
        :raise InsufficientBalance, CardNotUsable: by the ledger
        :raise InvalidQuantity, MemberNotActive, StoreNotAvailable, AddressNotAvailable, RewardNotAvailable,
            LimitReached, OutOfStock: nothing is left of a refused call once it is rolled back
        """
        chosen = self._chosen(lines)
        # A member has no rights of his own here, and the user who acts for members need not have any either: from here
        # on only the given member, store and rewards are touched, and every value is read from them, not from the call.
        order = self.sudo()
        rewards = order.env["giftcard.reward"].browse(chosen)
        store = (store or self.env["giftcard.store"]).sudo()
        order = order.with_company(store.company_id or rewards[:1].company_id)
        member, store, rewards = (records.with_env(order.env) for records in (member, store, rewards))
        address = (address or self.env["res.partner"]).with_env(order.env)
        request = [
            member.id,
            store.id,
            [(reward_id, pieces, price.id) for reward_id, (pieces, price) in chosen.items()],
            fulfilment,
            address.id,
            values,
        ]
        redemption = order._find(member, key, request)
        if redemption:
            return redemption.with_env(self.env)
        if all(reward._is_virtual() for reward in rewards):
            fulfilment = "virtual"
        if fulfilment == "pickup" and not store:
            raise StoreNotAvailable(self.env._("Choose the store to pick the goods up at."))
        if fulfilment == "delivery" and not address:
            raise AddressNotAvailable(self.env._("Choose one of your own addresses."))
        items = order._price(rewards, chosen)
        redemption, fresh = order._open(
            member,
            key,
            request,
            draft,
            {
                **values,
                "company_id": order.env.company.id,
                "store_id": store.id or None,
                "fulfilment": fulfilment,
                "address_id": address.id or None,
                "warehouse_id": order._warehouse(fulfilment, store).id or None,
                "program_id": rewards[:1].program_id.id,
                "points": total((item["points_price"], item["quantity"]) for item in items),
                "cash_amount": total((item["cash_price"], item["quantity"]) for item in items),
            },
        )
        if fresh:
            redemption._set_lines(items)
            redemption._check_orderable(rewards)
            redemption._add_shipping()
            redemption._hold_points()
            rewards._take(redemption)
            redemption._begin("draft" if draft else None)
        return redemption.with_env(self.env)

    def _begin(self, before):
        """Set the goods aside and send the redemption on its way."""
        self._reserve_goods()
        if self.cash_total:
            self._ask_for_payment()
        self._log([(self.id, before)], self.state, member=self.member_id)
        if self.state == "to_review":
            self._enter_review()

    def _add_shipping(self):
        """Charge for the delivery: fill ``shipping_amount`` of what is being submitted. Nothing here.

        Called while nobody waits for anything: what is locked for all is locked afterwards.
        """

    def _ask_for_payment(self):
        """There is cash to pay: it waits for it."""
        self.write({"state": "awaiting_payment"})

    def _enter_review(self):
        """It is to be reviewed now, on its submission or once it is paid."""

    # Building blocks

    @api.model
    def _chosen(self, lines):
        """:return: dict of reward id -> (pieces, price), in ascending id; lines of one reward are added up"""
        chosen = {}
        for reward, quantity, *price in lines:
            if isinstance(quantity, bool) or not isinstance(quantity, int) or not 0 < quantity < 2**31:
                raise InvalidQuantity(self.env._("%s is not a number of pieces.", quantity))
            price = (price and price[0]) or self.env["giftcard.reward.price"]
            before, same = chosen.get(reward.id, (0, price))
            if same != price:
                raise RewardNotAvailable(self.env._("Choose one price for each reward."))
            chosen[reward.id] = before + quantity, price
        if not chosen:
            raise InvalidQuantity(self.env._("Choose at least one reward."))
        return dict(sorted(chosen.items()))

    @api.model
    def _price(self, rewards, chosen):
        """:return: list of values of lines, at the prices of now"""
        items = []
        for reward in rewards:
            quantity, price = chosen[reward.id]
            price = price.sudo()
            if price and (price.reward_id != reward or not price.active):
                raise RewardNotAvailable(self.env._("%s is not offered at this price any more.", reward.name))
            items.append(
                {
                    "reward_id": reward.id,
                    "product_id": reward.product_id.id,
                    "quantity": quantity,
                    "price_id": price.id,
                    "points_price": price.points if price else reward.points_price,
                    "cash_price": price.cash if price else 0.0,
                }
            )
        return items

    @api.model
    def _warehouse(self, fulfilment, store):
        """:return: the ``stock.warehouse`` that the goods come from"""
        if fulfilment == "pickup":
            return store.warehouse_id
        if fulfilment == "delivery":
            return self.env.company._giftcard_delivery_warehouse()
        return self.env["stock.warehouse"]

    def _set_lines(self, items):
        # Of a draft; new redemptions have none.
        self.line_ids.unlink()
        self.env["giftcard.redemption.line"].create([{**item, "redemption_id": self.id} for item in items])

    @api.model
    def _find(self, member, key, request):
        """:return: the redemption that the key stands for, or none. :raise IdempotencyConflict:"""
        redemption = self.search([("member_id", "=", member.id), ("idempotency_key", "=", key)])
        if redemption and redemption.request_hash != Act("spend", key=key).fingerprint(*request):
            raise IdempotencyConflict(self.env._("The key %s was used before for another request.", key))
        return redemption

    def _open(self, member, key, request, draft, values):
        """Insert the row, or take the draft, or find the one that the key stands for.

        :return: (redemption, whether it is new)
        """
        now = fields.Datetime.now()
        values = {
            **values,
            "state": "to_review",
            "date": now,
            "cash_total": values["cash_amount"],
            "shipping_amount": 0,
            "idempotency_key": key,
            "request_hash": Act("spend", key=key).fingerprint(*request),
            "write_uid": self.env.uid,
            "write_date": now,
        }
        if draft:
            draft = draft.with_env(self.env)
            if draft._take_draft(values):
                return draft, True
            if known := self._find(member, key, request):
                return known, False
            raise IllegalTransition(self.env._("This list has been submitted already."))
        values |= {"member_id": member.id, "create_uid": self.env.uid, "create_date": now}
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO giftcard_redemption (%s) VALUES %s
                    ON CONFLICT (member_id, idempotency_key) DO NOTHING
                RETURNING id
                """,
                SQL(", ").join(map(SQL.identifier, values)),
                tuple(values.values()),
            )
        )
        if rows:
            return self.browse(rows[0]), True
        return self._find(member, key, request), False

    def _check_orderable(self, rewards):
        """Refuse early, and in words, what the guarded statements would refuse, or what they do not look at."""
        if self.member_id.member_state != "active":
            raise MemberNotActive(self.env._("Only active members redeem rewards."))
        self._check_destination(rewards)
        for reward in rewards:
            if not (reward.active and reward.published) or reward.company_id != self.company_id:
                raise RewardNotAvailable(self.env._("%s is not offered any more.", reward.name))
        if len(rewards.program_id) > 1:
            raise RewardNotAvailable(self.env._("Rewards for different points are redeemed one by one."))

    def _check_destination(self, rewards):
        """Refuse a store that hands out nothing, a foreign address, and goods that have nowhere to go."""
        if self.fulfilment == "pickup":
            if not self.store_id.active or not self.store_id.warehouse_id:
                raise StoreNotAvailable(self.env._("%s does not hand out rewards at present.", self.store_id.name))
        elif self.fulfilment == "delivery":
            address = self.address_id
            if not address.active or self.member_id not in (
                address | address.parent_id | address.commercial_partner_id
            ):
                raise AddressNotAvailable(self.env._("Choose one of your own addresses."))
            if not self.warehouse_id:
                raise StoreNotAvailable(self.env._("Rewards are not sent at present."))
        elif not all(reward._is_virtual() for reward in rewards):
            raise RewardNotAvailable(self.env._("Choose a store or an address for the goods."))

    def _hold_points(self):
        card = self.member_id._member_card(self.program_id)
        act = self._act("spend", member=self.member_id)
        self.hold_id = self._ledger()._hold(act, card, self.points)
