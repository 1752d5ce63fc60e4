from .common import PickupCase


class VirtualCase(PickupCase):
    """Five virtual rewards of 5 points: a coupon, a code (pool of 3), 30 days of gold, a file, 20 of stored value."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reviewer = cls._make_user("virtual_reviewer", "giftcard_pickup.group_reviewer")
        cls.manager = cls._make_user("virtual_manager", "giftcard_pickup.group_manager")
        cls.service_product = cls.service.product_id
        cls.coupons = cls._make_program("coupons", "Ten off")
        cls.wallet_program = cls._make_program("ewallet", "Wallet")
        cls.env["giftcard.tier"].search([]).active = False
        cls.env.flush_all()
        cls.plain, cls.gold = cls.env["giftcard.tier"].create(
            [{"name": "Plain", "threshold": 0}, {"name": "Gold", "threshold": 900000}]
        )
        cls.env["giftcard.tier"]._raise_members(cls.alice)
        cls.pool = cls.env["giftcard.code.pool"].create({"name": "Films", "low_stock": 2, "user_id": cls.manager.id})
        cls.pool._import([(f"FILM-0000-000{number}", None) for number in range(1, 4)])
        cls.fulfilments = cls.env["giftcard.fulfilment"]
        cls.coupon = cls.virtual("coupon", coupon_program_id=cls.coupons.id, coupon_days=10)
        cls.code = cls.virtual("code", code_pool_id=cls.pool.id)
        cls.time = cls.virtual("tier", tier_id=cls.gold.id, tier_days=30)
        cls.book = cls.virtual("file", file=b"VGhlIGJvb2s=", file_name="book.txt", download_limit=2)
        cls.topup = cls.virtual("topup", top_up_program_id=cls.wallet_program.id, top_up_amount=20)

    @classmethod
    def virtual(cls, kind, **values):
        return cls.env["giftcard.reward"].create(
            {
                "name": kind,
                "kind": kind,
                "product_id": cls.service_product.id,
                "program_id": cls.points_program.id,
                "points_price": 5,
                "published": True,
                **values,
            }
        )

    def redeem(self, reward, quantity=1, key="v"):
        """:return: an approved redemption"""
        redemption = self.redemptions._submit(self.alice, None, [(reward, quantity)], key)
        # A rule may have approved it at once.
        if redemption.state == "to_review":
            redemption._approve()
        return redemption
