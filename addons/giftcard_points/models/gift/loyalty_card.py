from odoo import fields, models

from ...exceptions import CardFrozen


class LoyaltyCard(models.Model):
    """A card of state ``transit`` carries a gift from giver to recipient: nobody can use it, nobody knows its code."""

    _inherit = "loyalty.card"

    state = fields.Selection(
        selection_add=[("frozen",), ("transit", "On Its Way"), ("used",)], ondelete={"transit": "cascade"}
    )
    gift_ids = fields.One2many("giftcard.gift", "source_id", string="Gifts", readonly=True)

    def _give(self, recipient, act):
        """As any gift it goes from and to members in good standing and counts for the day; stored value and points land
        on the card that the recipient has.

        :raise MemberClosed, MemberFrozen, NoMember, CardFrozen, LimitExceeded:
        """
        self.ensure_one()
        ledger = self.env["giftcard.ledger"]
        # The programme and the card are read with the ledger's rights.
        card = self.sudo()
        for member in card.partner_id | recipient:
            member._refuse_inactive_member()
        if recipient == card.partner_id or not card.program_id.is_nominative:
            ledger._count_use(self, ledger._amount(card.points))
            return super()._give(recipient, act)
        target = recipient._member_card(card.program_id)
        if target.sudo().state == "frozen":
            raise CardFrozen(self.env._("The recipient's card is blocked."))
        ledger._count_use(self, ledger._amount(card.points))
        ledger._transfer(act, self, target, card.points)
        return target
