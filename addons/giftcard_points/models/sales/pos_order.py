from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...exceptions import CardNotUsable, LedgerError
from ..ledger.act import Act, Native, capture_key

# Seconds between the till's check and the order being stored, after which the money is free again.
HOLD_SECONDS = 180


class PosOrder(models.Model):
    """Money on cards at the till: held when the order is validated, taken in the transaction that stores it.

    Stock Odoo checks the balance in one call, stores the order in a second and takes the value in a third, so that two
    tills overdraw a card and a browser closed in between leaves an order that no card has paid.
    """

    _inherit = "pos.order"

    @api.model
    def giftcard_hold(self, order_uuid, amounts):
        """Set aside what cards are to pay of an order; a changed order replaces what it held before.

        :param order_uuid: of the till's order, which need not be stored yet
        :param amounts: {card id: amount in the card's currency}, of gift cards and eWallets
        :return: ``{"successful": bool, "message": str, "points": {card id: what is free}}``
        """
        self.check_access("create")
        ledger = self.env["giftcard.ledger"]
        amounts = {int(card_id): amount for card_id, amount in amounts.items()}
        # Cashiers may read the cards of their companies; points are not money and are not held here.
        cards = self.env["loyalty.card"].search(
            [("id", "in", list(amounts)), ("program_id.program_type", "in", ("gift_card", "ewallet"))], order="id"
        )
        try:
            with self.env.cr.savepoint():
                if held := ledger._held_for(order_uuid):
                    ledger._release(held)
                for card in cards:
                    # The till adds up floats.
                    amount = card.currency_id.round(amounts[card.id])
                    ledger._hold(Act("spend"), card, amount, HOLD_SECONDS, order_uuid)
        except LedgerError as refusal:
            return {"successful": False, "message": str(refusal), "points": {card.id: card.points for card in cards}}
        return {"successful": True, "message": "", "points": {}}

    def validate_coupon_programs(self, point_changes, new_codes):
        """What gift cards and eWallets pay is not checked here again: it is held already."""
        cards = self.env["loyalty.card"].browse(map(int, point_changes)).exists()
        money = {str(card.id) for card in cards if card.program_id.is_payment_program}
        changes = {
            card_id: max(change, 0) if str(card_id) in money else change for card_id, change in point_changes.items()
        }
        return super().validate_coupon_programs(changes, new_codes)

    def confirm_coupon_programs(self, coupon_data):
        """Attribute the value that native code moves to this order; what storing the order took is not taken twice."""
        native = Native.document(self, self.config_id.giftcard_store_id)
        attributed = self.with_context(giftcard_native=native)
        return super(PosOrder, attributed).confirm_coupon_programs(coupon_data)

    def _process_saved_order(self, draft):
        order_id = super()._process_saved_order(draft)
        if not draft and self.state != "cancel":
            self._capture_cards()
        return order_id

    def _capture_cards(self):
        """Take what cards pay of this order. A card that cannot pay keeps the order from being stored.

        :raise LedgerError: by the ledger
        :raise ValidationError: when the order counts more as paid than the card is charged
        """
        ledger = self.env["giftcard.ledger"]
        payments = self._card_payments()
        good = self._good_holds(payments)
        for card, amount in sorted(payments.items(), key=lambda payment: payment[0].id):
            act = Act(
                "spend",
                key=capture_key(self.id, card.id),
                document=(self._name, self.id),
                store_id=self.config_id.giftcard_store_id.id or None,
            )
            if card in good:
                ledger._capture(act, good[card], amount)
            else:
                ledger._spend(act, card, amount)

    def _good_holds(self, payments):
        """Free what the till has set aside for this order beyond what can be captured: holds whose time is over, or
        that are too small for what is to be paid now. They would stand in the way of taking it.

        :param payments: {card: amount}
        :return: {card: its ``giftcard.hold``}
        """
        ledger = self.env["giftcard.ledger"]
        held = ledger._held_for(self.uuid)
        now, good = fields.Datetime.now(), {}
        # The till's own holds, which cashiers do not read.
        for hold in held.sudo():
            card = hold.card_id.with_env(self.env)
            in_time = not hold.expires_at or hold.expires_at >= now
            if in_time and card not in good and hold.amount >= payments.get(card, float("inf")):
                good[card] = hold.with_env(self.env)
        # All that is touched is locked at once, in order.
        ledger._lock(self.env["loyalty.card"].union(*payments) | held.sudo().card_id.with_env(self.env))
        if rest := held - self.env["giftcard.hold"].union(*good.values()):
            ledger._release(rest)
        return good

    def _card_payments(self):
        """:return: {card: amount} that gift cards and eWallets pay of this order, by its reward lines"""
        costs = defaultdict(float)
        paid = defaultdict(float)
        for line in self.lines.filtered(
            lambda line: (
                line.is_reward_line
                and line.reward_id.program_id.is_payment_program
                # The back office copies a reward line to refund it.
                and not line._brings_back()
            )
        ):
            if line.coupon_id.program_id != line.reward_id.program_id:
                raise CardNotUsable(self.env._("These cards hold different kinds of value."))
            costs[line.coupon_id] += line.points_cost
            paid[line.coupon_id] -= line.giftcard_amount
        for card, amount in paid.items():
            if self.currency_id.compare_amounts(amount, costs[card]) > 0:
                raise ValidationError(
                    self.env._(
                        "Card %(code)s pays %(paid)g, but only %(charged)g would be charged.",
                        code=card.code,
                        paid=amount,
                        charged=costs[card],
                    )
                )
        return {card: self.currency_id.round(cost) for card, cost in costs.items() if cost > 0}
