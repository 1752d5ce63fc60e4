from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import PickupCase


@tagged("post_install", "-at_install")
class TestCatalogue(PickupCase):
    """Categories, variants, what a member sees and what is similar."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kitchen, cls.books = cls.env["giftcard.reward.category"].create([{"name": "Kitchen"}, {"name": "Books"}])
        cls.cups = cls.env["giftcard.reward.category"].create({"name": "Cups", "parent_id": cls.kitchen.id})
        cls.brand, cls.festival, cls.travel = cls.env["giftcard.reward.tag"].create(
            [{"name": "Supor", "kind": "brand"}, {"name": "Festival"}, {"name": "Travel"}]
        )
        cls.Reward = cls.env["giftcard.reward"]

    def make(self, name, price=10, stock=5, **values):
        product = self.env["product.product"].create({"name": name, "type": "consu", "is_storable": True})
        if stock:
            self.put(product, stock)
        return self.Reward.create(
            {
                "name": name,
                "product_id": product.id,
                "program_id": self.points_program.id,
                "points_price": price,
                "published": True,
                **values,
            }
        )

    def shirts(self):
        """:return: the reward of the small size, main reward of the two others; 2 pieces of each in stock"""
        size = self.env["product.attribute"].create(
            {"name": "Size", "value_ids": [(0, 0, {"name": name}) for name in ("S", "M", "L")]}
        )
        template = self.env["product.template"].create(
            {
                "name": "Shirt",
                "type": "consu",
                "is_storable": True,
                "attribute_line_ids": [(0, 0, {"attribute_id": size.id, "value_ids": size.value_ids.ids})],
            }
        )
        for product in template.product_variant_ids:
            self.put(product, 2)
        shirt = self.Reward.create(
            {
                "product_id": template.product_variant_ids[0].id,
                "program_id": self.points_program.id,
                "points_price": 8,
                "published": True,
            }
        )
        self.assertEqual(shirt.missing_variant_count, 2)
        shirt.action_add_variants()
        self.assertEqual(shirt.missing_variant_count, 0)
        return shirt

    def visible(self, member=None, store=None):
        return self.Reward.search(self.Reward._visible_domain(member or self.alice, store))

    def test_category_tree(self):
        self.assertEqual(self.cups.display_name, "Kitchen / Cups")
        self.reward.category_id = self.cups
        self.service.category_id = self.kitchen
        self.assertEqual((self.kitchen.reward_count, self.cups.reward_count, self.books.reward_count), (2, 1, 0))
        with self.assertRaises(UserError):
            self.kitchen.parent_id = self.cups

    def test_price_as_people_read_it(self):
        self.reward.points_price = 3000
        self.assertEqual(self.reward.points_label, f"3,000 {self.reward.point_name}".strip())
        self.reward.points_price = 0.5
        self.assertEqual(self.reward.points_label, f"0.5 {self.reward.point_name}".strip())

    def test_variants_are_one_reward_to_members(self):
        shirt = self.shirts()
        self.assertEqual(sorted((shirt | shirt.variant_ids).mapped("option_name")), ["L", "M", "S"])
        self.assertEqual(self.visible() & (shirt | shirt.variant_ids), shirt)
        self.assertEqual(shirt._available_together(self.store), {shirt.id: 6})
        large = shirt.variant_ids[-1]
        self.submit(2, reward=large)
        self.assertEqual(large._available(self.store), {large.id: 0})
        self.assertEqual(large._available_together(self.store), {shirt.id: 4})
        self.assertEqual((shirt.redeemed, large.redeemed), (0, 2))
        at_store = shirt.with_context(giftcard_store_id=self.store.id)
        self.assertEqual(at_store.available_quantity, 2)
        self.assertEqual(at_store.with_context(giftcard_together=True).available_quantity, 4)

    def test_variant_of_what_is_not_offered_is_not_offered(self):
        shirt = self.shirts()
        shirt.published = False
        with self.assertRaises(UserError) as refused:
            self.submit(reward=shirt.variant_ids[0])
        self.assertEqual(refused.exception.code, "reward_not_available")

    def test_variants_have_no_variants(self):
        shirt = self.shirts()
        with self.assertRaises(ValidationError):
            self.reward.main_id = shirt.variant_ids[0]
        with self.assertRaises(ValidationError):
            shirt.main_id = self.reward
        with self.assertRaises(ValidationError):
            self.service.write({"main_id": self.reward.id, "program_id": self._make_program("loyalty", "Miles").id})

    def test_what_was_redeemed_is_not_regrouped(self):
        shirt = self.shirts()
        self.submit(reward=shirt.variant_ids[0])
        with self.assertRaises(UserError):
            shirt.variant_ids[0].main_id = False
        shirt.variant_ids[1].main_id = False
        self.submit(reward=self.reward, key="k2")
        with self.assertRaises(UserError):
            self.reward.main_id = shirt

    def test_visible(self):
        gold = self.env["giftcard.tier"].create({"name": "Test gold", "threshold": 987654321})
        west = self.store.copy({"name": "West", "code": "W"})
        now = "2026-01-01 00:00:00"
        self.assertIn(self.reward, self.visible())
        for change in (
            {"published": False},
            {"active": False},
            {"closes_at": now},
            {"delisted_on": now},
            {"tier_ids": gold.ids, "tiers_only": True},
        ):
            with self.subTest(change=change):
                self.reward.write(change)
                self.assertNotIn(self.reward, self.visible())
                self.reward.write(
                    {"published": True, "active": True, "closes_at": False, "tiers_only": False, "delisted_on": False}
                )
        self.assertIn(self.reward, self.visible())
        self.reward.tiers_only = True
        self.alice.member_tier_id = gold
        self.assertIn(self.reward, self.visible())
        self.assertNotIn(self.reward, self.visible(self.bob))
        self.reward.store_ids = west
        self.assertIn(self.reward, self.visible())
        self.assertIn(self.reward, self.visible(store=west))
        self.assertNotIn(self.reward, self.visible(store=self.store))

    def test_tiers_only_names_tiers(self):
        with self.assertRaises(ValidationError):
            self.reward.tiers_only = True

    def test_similar(self):
        values = {"category_id": self.cups.id, "brand_id": self.brand.id, "scene_ids": self.festival.ids}
        self.reward.write(values)
        twin = self.make("Twin", price=30, **values)
        near = self.make("Near", price=11, category_id=self.cups.id)
        far = self.make("Far", price=40, category_id=self.cups.id)
        sister = self.make("Sister", price=10, category_id=self.kitchen.id)
        for name, change in (
            ("Gone", {"stock": 0, **values}),
            ("Hidden", {"published": False, **values}),
            ("Later", {"opens_at": "2999-01-01 00:00:00", **values}),
            ("Stranger", {"category_id": self.books.id, "scene_ids": self.travel.ids}),
        ):
            self.make(name, **change)
        self.assertEqual(self.reward._similar(self.alice, self.store), twin | near | far | sister)
        self.assertEqual(self.reward._similar(self.alice, self.store, limit=1), twin)

    def test_delisted_at_zero_and_listed_again(self):
        self.reward.when_out = "relist"
        other = self.make("Once", stock=1, when_out="delist")
        stays = self.make("Stays", stock=0)
        rewards = self.reward | other | stays
        self.Reward._apply_listing_rules()
        self.assertFalse(any(rewards.mapped("delisted_on")))
        redemption = self.submit(3)
        self.submit(1, reward=other, key="other")
        off, __ = self.Reward._apply_listing_rules()
        self.assertEqual(off & rewards, self.reward | other)
        self.assertNotIn(self.reward, self.visible())
        self.assertIn(stays, self.visible())
        redemption._reject("no")
        self.put(other.product_id, 9)
        __, again = self.Reward._apply_listing_rules()
        self.assertEqual(again & rewards, self.reward)
        self.assertIn(self.reward, self.visible())
        with self.assertRaises(UserError):
            self.submit(1, reward=other, key="more")
        other.action_relist()
        self.assertIn(other, self.visible())
        self.submit(1, reward=other, key="more")

    def test_delisted_when_all_variants_are_out(self):
        shirt = self.shirts()
        shirt.when_out = "delist"
        for reward in shirt | shirt.variant_ids[0]:
            self.submit(2, reward=reward, key=f"k{reward.id}")
        self.assertNotIn(shirt, self.Reward._apply_listing_rules()[0])
        self.submit(2, reward=shirt.variant_ids[1], key="last")
        self.assertIn(shirt, self.Reward._apply_listing_rules()[0])

    def test_quota_of_the_day_does_not_delist(self):
        self.reward.write({"when_out": "delist", "daily_quota": 1})
        self.submit(1)
        self.assertEqual(self.reward._available(self.store), {self.reward.id: 0})
        self.assertNotIn(self.reward, self.Reward._apply_listing_rules()[0])

    def test_pictures_and_specifications_are_copied(self):
        pixel = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        self.reward.write(
            {
                "picture_ids": [(0, 0, {"name": "Side", "image_1920": pixel})],
                "specification_ids": [(0, 0, {"name": "Volume", "value": "0.3 l"})],
            }
        )
        copy = self.reward.copy()
        self.assertEqual(copy.picture_ids.name, "Side")
        self.assertEqual(copy.specification_ids.value, "0.3 l")
