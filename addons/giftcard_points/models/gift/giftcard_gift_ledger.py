from odoo import models
from odoo.tools import SQL


class GiftcardLedger(models.AbstractModel):
    """What gifts add to what is always true."""

    _inherit = "giftcard.ledger"

    def _invariants(self):
        return {
            **super()._invariants(),
            "a waiting gift is on its way, a resolved one has arrived": SQL(
                """
                SELECT gift.id AS gift_id, gift.state, card.id AS card_id, card.state AS card_state, card.balance
                  FROM giftcard_gift gift JOIN loyalty_card card ON card.id = gift.transit_id
                 WHERE (gift.state = 'offered') <> (card.state = 'transit')
                    OR (gift.state <> 'offered' AND (card.balance <> 0 OR gift.target_id IS NULL))
                    OR (gift.state = 'claimed') <> (gift.recipient_id IS NOT NULL)
                    OR (gift.state = 'offered') <> (gift.resolved_at IS NULL)
                """
            ),
            "a card on its way carries a gift": SQL(
                """
                SELECT card.id AS card_id, card.balance
                  FROM loyalty_card card LEFT JOIN giftcard_gift gift ON gift.transit_id = card.id
                 WHERE card.state = 'transit' AND gift.id IS NULL
                """
            ),
        }
