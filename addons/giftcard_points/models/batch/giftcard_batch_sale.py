from odoo import models

from ...exceptions import CardNotUsable
from ..ledger.giftcard_ledger import Grant


class GiftcardBatch(models.Model):
    """Paper cards that lie unactivated at the till and are activated by their sale."""

    _inherit = "giftcard.batch"

    def _sellable(self, card):
        """:return: whether a card of this batch can be activated by its sale"""
        self.ensure_one()
        return card.state == "generated" and self.state in ("generated", "active") and self.secrets_state != "none"

    def _activate_sold(self, card, act):
        """Activate one card and book its value.

        :param card: of this batch
        :param act: of kind ``issue``
        :return: the ``giftcard.operation``
        :raise CardNotUsable: when it is not waiting to be activated
        """
        self.ensure_one()
        if booked := card._booked(act):
            return booked
        if self.state not in ("generated", "active"):
            raise CardNotUsable(self.env._("The cards of this batch are not to be activated."))
        ledger = self.env["giftcard.ledger"]
        ledger._transition(card, "active", ("generated",))
        if self.state == "generated":
            self._advance("active", ("generated", "active"))
        expires_on = self.expiration_date or card.sudo()._ledger_expiry()
        return ledger._grant_many([Grant(act, card.id, self.value, "paid", expires_on)])
