from odoo.addons.giftcard_points.models.ledger.act import Act
from odoo.addons.giftcard_points.tests.common import LedgerCase


class PickupCase(LedgerCase):
    """A store with a clerk and two rewards: a mug (10 points, 3 in stock, quota 0) and a wash (service, 5 points)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.warehouse = cls.env["stock.warehouse"].create({"name": "East", "code": "EAST"})
        cls.clerk = cls._make_user("clerk_east", "giftcard_pickup.group_clerk")
        cls.store = cls.env["giftcard.store"].create(
            {"name": "East", "code": "E", "warehouse_id": cls.warehouse.id, "user_ids": cls.clerk.ids}
        )
        cls.mug = cls.env["product.product"].create({"name": "Mug", "type": "consu", "is_storable": True})
        cls.put(cls.mug, 3)
        wash = cls.env["product.product"].create({"name": "Car wash", "type": "service"})
        cls.reward, cls.service = cls.env["giftcard.reward"].create(
            [
                {
                    "product_id": product.id,
                    "program_id": cls.points_program.id,
                    "points_price": price,
                    "published": True,
                }
                for product, price in ((cls.mug, 10), (wash, 5))
            ]
        )
        cls.ledger._grant(Act("earn"), cls.card, 100)
        cls.redemptions = cls.env["giftcard.redemption"]
        cls.codes = cls.env["giftcard.pickup.code"]

    @classmethod
    def put(cls, product, quantity, warehouse=None):
        """Set the stock of a product."""
        cls.env["stock.quant"].with_context(inventory_mode=True).create(
            {
                "product_id": product.id,
                "location_id": (warehouse or cls.warehouse).lot_stock_id.id,
                "inventory_quantity": quantity,
            }
        ).action_apply_inventory()

    def submit(self, quantity=1, key="k", member=None, reward=None, store=None):
        reward = reward or self.reward
        return self.redemptions._submit(member or self.alice, store or self.store, [(reward, quantity)], key)

    def ready(self, **kwargs):
        redemption = self.submit(**kwargs)
        redemption._approve()
        return redemption

    def stock(self, product=None, warehouse=None):
        """:return: (on hand, reserved) in the warehouse."""
        quants = self.env["stock.quant"]._gather(product or self.mug, (warehouse or self.warehouse).lot_stock_id)
        return sum(quants.mapped("quantity")), sum(quants.mapped("reserved_quantity"))

    def verify(self, scanned, store=None, clerk=None):
        with self.enter_registry_test_mode():
            return self.codes.with_user(clerk or self.clerk)._verify(scanned, store or self.store)

    def hand_over(self, scanned, store=None, clerk=None):
        with self.enter_registry_test_mode():
            return self.codes.with_user(clerk or self.clerk)._hand_over(scanned, store or self.store)

    def assertFound(self, invariant, query, *args):
        """The invariant is broken once the query has run, which is undone then."""
        savepoint = self.env.cr.savepoint()
        self.env.cr.execute(query, args)
        names = [violation["invariant"] for violation in self.ledger._check_invariants()]
        savepoint.close(rollback=True)
        self.env.invalidate_all()
        self.assertIn(invariant, names)
