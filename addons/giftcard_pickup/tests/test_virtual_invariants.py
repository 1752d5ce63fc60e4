from odoo.tests import tagged

from .common_goods import GoodsCase
from .common_virtual import VirtualCase


@tagged("post_install", "-at_install")
class TestVirtualInvariants(VirtualCase):
    """Each invariant of virtual rewards finds what breaks it."""

    def setUp(self):
        super().setUp()
        self.waiting = self.redemptions._submit(self.alice, None, [(self.code, 1)], "waiting")
        self.done = self.redeem(self.code, key="done").fulfilment_ids
        self.loaded = self.redeem(self.topup, key="loaded").fulfilment_ids

    def test_handovers(self):
        invariant = "of a virtual reward, each approved piece has a handover, and an undone one none that stands"
        self.assertFound(invariant, "UPDATE giftcard_fulfilment SET state = 'failed' WHERE id = %s", self.done.id)
        self.assertFound(invariant, "DELETE FROM giftcard_fulfilment WHERE id = %s", self.done.id)
        self.assertFound(
            invariant, "UPDATE giftcard_redemption SET state = 'cancelled' WHERE id = %s", self.done.redemption_id.id
        )
        self.assertFound(
            invariant, "UPDATE giftcard_redemption SET state = 'to_review' WHERE id = %s", self.done.redemption_id.id
        )

    def test_handovers_of_what_came_back(self):
        redemption = self.redemptions._submit(self.alice, self.store, [(self.reward, 1), (self.code, 1)], "mixed")
        redemption._approve()
        self.hand_over(redemption.pickup_code_id.digits)
        self.assertFound(
            "of a virtual reward, each approved piece has a handover, and an undone one none that stands",
            "UPDATE giftcard_redemption SET state = 'returned' WHERE id = %s;"
            "UPDATE giftcard_fulfilment SET state = 'withdrawn' WHERE redemption_id = %s",
            redemption.id,
            redemption.id,
        )

    def test_codes(self):
        invariant = "a code is set aside for a live redemption, and given to one handover"
        self.assertFound(
            invariant,
            "UPDATE giftcard_pool_code SET state = 'free', given_at = NULL, line_id = NULL WHERE id = %s",
            self.done.code_id.id,
        )
        self.assertFound(invariant, "UPDATE giftcard_redemption SET state = 'cancelled' WHERE id = %s", self.waiting.id)
        self.assertFound(
            invariant,
            "UPDATE giftcard_pool_code SET line_id = %s WHERE id = %s",
            self.waiting.line_ids.id,
            self.done.code_id.id,
        )

    def test_codes_set_aside(self):
        self.assertFound(
            "before approval a line has a code set aside for each piece, afterwards for none that is handed over",
            "UPDATE giftcard_pool_code SET state = 'free', line_id = NULL WHERE line_id = %s",
            self.waiting.line_ids.id,
        )
        self.assertFound(
            "before approval a line has a code set aside for each piece, afterwards for none that is handed over",
            "UPDATE giftcard_pool_code SET line_id = %s WHERE line_id = %s",
            self.done.line_id.id,
            self.waiting.line_ids.id,
        )

    def test_value(self):
        self.assertFound(
            "a top-up or coupon that was handed over stands in the ledger, and one taken back does not",
            "UPDATE giftcard_fulfilment SET state = 'withdrawn' WHERE id = %s",
            self.loaded.id,
        )


@tagged("post_install", "-at_install")
class TestGoodsInvariants(GoodsCase):
    """Each invariant of goods cards finds what breaks it."""

    def setUp(self):
        super().setUp()
        self.claim()
        self.redemption = self.exchange((self.mugs, 2))

    def test_promise(self):
        invariant = "of a goods card, no more is exchanged than it promises, as a whole and of each of the goods"
        self.assertFound(invariant, "UPDATE giftcard_goods_item SET quantity = 1 WHERE id = %s", self.mugs.id)
        self.assertFound(invariant, "UPDATE loyalty_program SET goods_pieces = 1 WHERE id = %s", self.kind.id)

    def test_ledger(self):
        invariant = "what is exchanged of a goods card is what the ledger took and holds of it"
        line = self.redemption.line_ids
        self.assertFound(invariant, "UPDATE giftcard_redemption_line SET quantity = 1 WHERE id = %s", line.id)
        self.assertFound(
            invariant, "UPDATE giftcard_redemption SET goods_card_id = NULL WHERE id = %s", self.redemption.id
        )

    def test_owner(self):
        invariant = "goods are exchanged for the hold of their card, at the price of one piece each"
        line = self.redemption.line_ids
        self.assertFound(invariant, "UPDATE giftcard_redemption_line SET points_price = 0 WHERE id = %s", line.id)
        self.assertFound(
            invariant,
            "UPDATE giftcard_redemption SET goods_card_id = %s WHERE id = %s",
            self.cards[1].id,
            self.redemption.id,
        )
