from .common import PickupCase


class OrderCase(PickupCase):
    """The mug also for 4 points and 6.00, and Alice's home to send it to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.giftcard_delivery_warehouse_id = cls.warehouse
        cls.price = cls.env["giftcard.reward.price"].create({"reward_id": cls.reward.id, "points": 4, "cash": 6})
        cls.home = cls.env["res.partner"].create(
            {
                "parent_id": cls.alice.id,
                "type": "delivery",
                "name": "Alice at home",
                "phone": "13800138000",
                "street": "1 Nanjing Road",
                "street2": "Huangpu District",
                "city": "Shanghai",
                "country_id": cls.env.ref("base.cn").id,
            }
        )
        cls.reviewer = cls._make_user("reviewer_order", "giftcard_pickup.group_reviewer")

    def order(self, quantity=1, key="k", price=None, **kwargs):
        """Submit the mug, to be picked up unless told otherwise."""
        return self.redemptions._submit(
            kwargs.pop("member", self.alice),
            kwargs.pop("store", self.store if kwargs.get("fulfilment", "pickup") == "pickup" else None),
            [(kwargs.pop("reward", self.reward), quantity, price)],
            key,
            **kwargs,
        )

    def send(self, quantity=1, key="k", **kwargs):
        return self.order(quantity, key, fulfilment="delivery", address=self.home, **kwargs)
