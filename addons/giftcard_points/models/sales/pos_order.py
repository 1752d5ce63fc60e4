from collections import defaultdict

from odoo import api, models
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
                    ledger._hold(Act("spend"), card, amounts[card.id], HOLD_SECONDS, order_uuid)
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
        held = ledger._held_for(self.uuid)
        for card, amount in sorted(self._card_payments().items(), key=lambda payment: payment[0].id):
            act = Act(
                "spend",
                key=capture_key(self.id, card.id),
                document=(self._name, self.id),
                store_id=self.config_id.giftcard_store_id.id or None,
            )
            # The till's own hold, which cashiers do not read.
            hold = held.sudo().filtered(lambda hold, card=card: hold.card_id == card)[-1:].with_env(self.env)
            held -= hold
            if hold and hold.sudo().amount >= amount:
                ledger._capture(act, hold, amount)
            else:
                held |= hold
                ledger._spend(act, card, amount)
        if held:
            ledger._release(held)

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
