from odoo import models
from odoo.tools import SQL

from ...exceptions import CardNotUsable, IdempotencyConflict, InsufficientBalance


class GiftcardLedger(models.AbstractModel):
    """Why a guarded statement changed nothing."""

    _inherit = "giftcard.ledger"

    def _refuse_key(self, key):
        raise IdempotencyConflict(self.env._("The key %s was used before for another request.", key))

    def _refuse_unusable(self, cards, states=("active",)):
        """:raise CardNotUsable: if one of the cards is not in ``states``"""
        rows = self.env.execute_query(
            SQL(
                "SELECT code, state FROM loyalty_card WHERE id = ANY(%s) AND state NOT IN %s LIMIT 1",
                cards.ids,
                tuple(states),
            )
        )
        for code, state in rows:
            label = dict(cards._fields["state"]._description_selection(self.env))[state]
            raise CardNotUsable(self.env._("Card %(code)s cannot be used: %(state)s.", code=code, state=label))

    def _refuse_amount(self, card, today):
        [(code, available, expired)] = self.env.execute_query(
            SQL(
                "SELECT code, balance - held, expiration_date < %s FROM loyalty_card WHERE id = %s",
                today,
                card.id,
            )
        )
        if expired:
            raise CardNotUsable(self.env._("Card %s has expired.", code))
        raise InsufficientBalance(
            self.env._("Card %(code)s has only %(available)g to spend.", code=code, available=available), available
        )
