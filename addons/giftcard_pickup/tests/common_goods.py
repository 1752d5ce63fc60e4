from odoo.addons.giftcard_points.codes import readable
from odoo.addons.giftcard_points.models.batch import giftcard_batch_generation

from .common import PickupCase


class GoodsCase(PickupCase):
    """A card for 3 pieces out of mugs (at most 2), teas (at most 2) and bowls (at most 1)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reviewer = cls._make_user("goods_reviewer", "giftcard_pickup.group_reviewer")
        cls.manager = cls._make_user("goods_manager", "giftcard_pickup.group_manager")
        cls.tea, cls.bowl = cls.env["product.product"].create(
            [{"name": name, "type": "consu", "is_storable": True} for name in ("Tea", "Bowl")]
        )
        for product in (cls.tea, cls.bowl):
            cls.put(product, 10)
        cls.kind = cls.env["loyalty.program"].create(
            {
                "name": "Choose 3",
                "program_type": "goods_card",
                "goods_pieces": 3,
                "goods_item_ids": [
                    (0, 0, {"product_id": product.id, "quantity": quantity})
                    for product, quantity in ((cls.mug, 2), (cls.tea, 2), (cls.bowl, 1))
                ],
            }
        )
        cls.mugs, cls.teas, cls.bowls = cls.kind.goods_item_ids
        codes, make_code = [], giftcard_batch_generation.make_code
        cls.classPatch(giftcard_batch_generation, "make_code", lambda: codes.append(make_code()) or codes[-1])
        cls.batch = cls.env["giftcard.batch"].create(
            {"name": "Paper", "program_id": cls.kind.id, "quantity": 3, "prefix": "GC26"}
        )
        cls.password = cls.batch.action_generate()["context"]["default_password"]
        cls.batch._generate_chunk()
        cls.env["giftcard.batch.activation"]._start(cls.batch, 1, 2, "sold")
        cls.cards = cls.env["loyalty.card"].search([("batch_id", "=", cls.batch.id)], order="batch_serial")
        cls.paper = cls.cards[0]
        cls.secrets = [readable(code) for code in codes]

    def claim(self, secret=None, member=None, number=None):
        with self.enter_registry_test_mode():
            return self.env["giftcard.code"]._claim_goods_card(secret or self.secrets[0], member or self.alice, number)

    def exchange(self, *picks, key="x", card=None, member=None, store=None, approve=True, **kwargs):
        redemption = self.redemptions._exchange(
            member or self.alice, card or self.paper, list(picks), key, store=store or self.store, **kwargs
        )
        if approve and redemption.state == "to_review":
            redemption._approve()
        return redemption

    def shown(self, card=None):
        card = self.env["giftcard.goods.card"].browse((card or self.paper).id)
        card.invalidate_model()
        return card.state, card.exchanged, card.pending, card.left
