from odoo import models

from ...exceptions import AlreadyResolved, CardNotUsable, InsufficientBalance


class GiftcardLedger(models.AbstractModel):
    """Refunds and reversals of what a card did that was replaced or merged since: they concern its successor."""

    _inherit = "giftcard.ledger"

    def _heir(self, card):
        """:return: the card that carries on for ``card``: itself, or the last of its successors"""
        # The ledger's own links.
        heir, seen = card.sudo(), set()
        while heir.successor_id and heir.id not in seen:
            seen.add(heir.id)
            heir = heir.successor_id
        return heir.with_env(self.env)

    def _check_refundable(self, operation, amount):
        """What :meth:`_refund` would say, without doing it.

        :raise AlreadyResolved: when less than ``amount`` is left to give back
        :raise CardNotUsable: when the card has ended without a successor
        """
        taken = operation.sudo().entry_ids.filtered(lambda entry: entry.amount < 0)
        if self._amount(amount) > self._not_returned(taken):
            raise AlreadyResolved(
                self.env._("Of this operation no more than %g can be given back.", self._not_returned(taken))
            )
        self._check_alive(self._heir(taken.card_id), ("active", "frozen", "used"))

    def _check_reversible(self, operation, amount=None):
        """What :meth:`_reverse`, or :meth:`_claw_back` of a part, would say of a grant, without doing it.

        :raise InsufficientBalance: when what was granted is spent and the programme allows no debt
        :raise CardNotUsable: when the card has ended without a successor
        """
        entry = operation.sudo().entry_ids.ensure_one()
        heir = self._heir(entry.card_id).sudo()
        self._check_alive(heir, ("active", "frozen"))
        if heir.points < (entry.amount if amount is None else amount) and not (
            heir == entry.card_id and heir.program_id.debt_allowed
        ):
            raise InsufficientBalance(
                self.env._(
                    "Card %(code)s has only %(available)g left to take back.", code=heir.code, available=heir.points
                ),
                heir.points,
            )

    def _check_alive(self, card, states):
        card = card.sudo()
        if card.state not in states:
            label = dict(card._fields["state"]._description_selection(self.env))[card.state]
            raise CardNotUsable(self.env._("Card %(code)s cannot be used: %(state)s.", code=card.code, state=label))

    def _give_back(self, operation, entry, amount):
        card = entry.card_id.with_env(self.env)
        heir = self._heir(card)
        super_give_back = super()._give_back
        if heir == card:
            return super_give_back(operation, entry, amount)
        # To the lots it came from, which are the old card's; from there on, with their dates. A card that was moved
        # has nothing else on it.
        state = card.sudo().state
        self._transition(card, "active", (state,))
        super_give_back(operation, entry, amount)
        self._expire_cards(card, self._today(card.company_id or self.env.company))
        if left := self._free_of_claims(card):
            self._reopen(heir)
            self._carry(operation, card, heir, left, home=True)
        self._transition(card, state, ("active", "used"))
        return None
