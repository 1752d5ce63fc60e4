from odoo import models
from odoo.exceptions import ValidationError


class PosOrder(models.Model):
    """What the till may say in its last call, and what it may store."""

    _inherit = "pos.order"

    def confirm_coupon_programs(self, coupon_data):
        self._refuse_foreign_cards(coupon_data)
        return super().confirm_coupon_programs(coupon_data)

    def _refuse_foreign_cards(self, coupon_data):
        """The call names cards by id and by code, each with a program; what it says of one has to be so.

        :raise AccessError: when the user may not write the order or read a card
        :raise ValidationError: when a card is of another program, or the program of another company
        """
        self.ensure_one()
        self.check_access("write")
        Card = self.env["loyalty.card"]
        for key, values in coupon_data.items():
            program = self.env["loyalty.program"].browse(values["program_id"]).exists()
            program.check_access("read")
            if not program or (program.company_id and program.company_id not in self.company_id.parent_ids):
                raise ValidationError(self.env._("This till does not sell the cards of this program."))
            ids = {int(key), int(values.get("coupon_id") or 0)}
            cards = Card.browse([card_id for card_id in ids if card_id > 0]).exists()
            if values.get("code"):
                cards |= Card.search([("code", "=", values["code"])])
            cards.check_access("read")
            for card in cards:
                if card.program_id != program:
                    raise ValidationError(
                        self.env._("Card %(code)s is not of %(program)s.", code=card._masked(), program=program.name)
                    )

    def _process_saved_order(self, draft):
        if not draft and self.state != "cancel":
            self._refuse_understated()
        return super()._process_saved_order(draft)

    def _refuse_understated(self):
        """Lines that sell cards, or return them, may not be worth more than the order asks for.

        :raise ValidationError:
        """
        if self._moves_money() and not self._is_covered(self.amount_total):
            raise ValidationError(self.env._("The lines of order %s are worth more than its total.", self.name))

    def _moves_money(self):
        """:return: whether gift cards or eWallets are sold, loaded, refunded or taken by this order"""
        return any(
            line._giftcard_programs() or line.reward_id.program_id.is_payment_program
            for line in self.lines | self.lines.refunded_orderline_id
        )
