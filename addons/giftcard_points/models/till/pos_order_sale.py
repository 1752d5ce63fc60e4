import logging

from odoo import models
from odoo.exceptions import ValidationError

from ...exceptions import CardNotUsable
from ..ledger.act import LINE_KEY, Act, Native

_logger = logging.getLogger(__name__)


class PosOrder(models.Model):
    """What the till sells: eWallets are loaded and paper cards activated by the transaction that stores the order.

    Stock Odoo books both in a later call, by amounts that the till states; a reply lost in between leaves a customer
    who has paid for nothing. On what is left to that call it puts no more than the order's lines were sold for.
    """

    _inherit = "pos.order"

    def _process_saved_order(self, draft):
        order_id = super()._process_saved_order(draft)
        if not draft and self.state != "cancel":
            for line in self._selling_lines():
                if line.giftcard_card_id:
                    self._activate_card(line)
                elif line.giftcard_program_id.program_type not in (False, "gift_card"):
                    self._top_up(line)
        return order_id

    def _selling_lines(self):
        return self.lines.filtered(lambda line: line.qty > 0 and not line.refunded_orderline_id)

    def _top_up(self, line):
        """Load the customer's eWallet with what a line was sold for.

        :return: the ``giftcard.operation``
        :raise ValidationError: when there is no customer, or the product does not load this wallet
        :raise LedgerError: by the ledger
        """
        program = line.giftcard_program_id
        programs = line._giftcard_programs() & self.config_id._money_programs()
        if program not in programs or program.program_type != "ewallet":
            raise ValidationError(self.env._("%s is not a top-up of this stored value.", line.product_id.display_name))
        if not self.partner_id:
            raise ValidationError(self.env._("Choose the member whose stored value is topped up."))
        wallet = self.partner_id._member_card(program)
        return self.env["giftcard.ledger"]._grant(
            self._line_act("load", line), wallet, self.currency_id.round(line._sold_for())
        )

    def _activate_card(self, line):
        """Activate the paper card that a line sells.

        :raise CardNotUsable: when it is activated, blocked or of another program already
        :raise ValidationError: when it is not sold for what it is worth
        """
        card = line.giftcard_card_id
        # The batch is the back office's; what it says of this card decides.
        batch = card.sudo().batch_id
        programs = line._giftcard_programs() & self.config_id._money_programs()
        if not batch or card.program_id not in programs:
            raise CardNotUsable(self.env._("Card %s is not sold by this product.", card.code))
        if self.currency_id.compare_amounts(line._sold_for(), batch.value) or line.qty != 1:
            raise ValidationError(
                self.env._("Card %(code)s is sold for its value, %(value)g.", code=card.code, value=batch.value)
            )
        batch._activate_sold(card, self._line_act("issue", line))

    def _line_act(self, kind, line, unit=None):
        return Act(
            kind,
            key=f"{LINE_KEY}{line.id}/{unit}" if unit else f"{LINE_KEY}{line.id}",
            document=(self._name, self.id),
            store_id=self.config_id.giftcard_store_id.id or None,
        )

    def confirm_coupon_programs(self, coupon_data):
        """Only answer about value that storing the order has moved, whatever the till says it was."""
        # Until now the till knows a new eWallet by a number below zero; told of it, it drops that one.
        local = {values["program_id"]: int(key) for key, values in coupon_data.items() if int(key) < 0}
        answer = super().confirm_coupon_programs(self._settled(coupon_data))
        for update in answer["coupon_updates"]:
            if update["program_id"] in self.lines.giftcard_program_id.ids and update["old_id"] == update["id"]:
                update["old_id"] = local.get(update["program_id"], update["id"])
        return answer

    def _settled(self, coupon_data):
        """:return: ``coupon_data`` with the amounts of money by which the ledger went, and on gift cards no more than
        was sold: the order is stored, so what is beyond that is left out, not refused"""
        native = Native.document(self)
        paper, settled = self.lines.giftcard_card_id, self._is_settled()
        Program, Card = self.env["loyalty.program"], self.env["loyalty.card"]
        result, room = {}, {}
        for key, values in coupon_data.items():
            program = Program.browse(values["program_id"])
            if program.program_type not in ("gift_card", "ewallet"):
                result[key] = values
                continue
            if values.get("code") and values["code"] in paper.mapped("code"):
                continue
            card = Card.browse(int(key)) if int(key) > 0 else Card
            if not card and program.program_type == "ewallet":
                card = self.partner_id._member_cards(program).get(self.partner_id.id, Card)
            moved = -native.booked(card) if card else 0
            if program.program_type == "gift_card" and settled:
                left = room.setdefault(program, self._sold_for(program))
                stated = max(values["points"], moved) - moved
                loaded = min(stated, left)
                if self.currency_id.compare_amounts(stated, loaded):
                    _logger.warning("Order %s sold gift cards for %s; the till said %s", self.name, left, stated)
                room[program] -= loaded
                if not card and loaded <= 0:
                    continue
                values = {**values, "points": moved + loaded}
            elif moved or program in self.lines.giftcard_program_id:
                values = {**values, "points": moved}
            elif settled:
                # What an eWallet pays is taken when the order is stored, with all that this asks for.
                values = {**values, "points": max(values["points"], 0)}
            result[key] = values
        return result

    def _sold_for(self, program):
        """:return: what cards of a program were sold for by this order and not issued by storing it"""
        issued = self._issued_gift_cards().filtered(lambda card: card.program_id == program).mapped("code")
        lines = self.lines.filtered(
            lambda line: (
                line.qty > 0
                and not line.giftcard_card_id
                and program in line._giftcard_programs()
                and (not issued or (line.giftcard_code and line.giftcard_code not in issued))
            )
        )
        return sum(line._sold_for() for line in lines)
