from odoo.tests import tagged

from ..schemas.reward import RewardQuery
from .common import ApiCase
from .test_reward import PIXEL


@tagged("post_install", "-at_install")
class TestCatalogue(ApiCase):
    """Filters, search, order, detail, specifications and what is similar."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["giftcard.reward"].search([("id", "not in", (cls.reward | cls.service).ids)]).published = False
        categories, tags = cls.env["giftcard.reward.category"], cls.env["giftcard.reward.tag"]
        cls.kitchen = categories.create({"name": "Kitchen", "image_1920": PIXEL})
        cls.cups = categories.create({"name": "Cups", "parent_id": cls.kitchen.id})
        cls.brand = tags.create({"name": "Testbrand", "kind": "brand"})
        cls.scene = tags.create({"name": "Testscene", "kind": "scene", "image_1920": PIXEL})
        cls.reward.write(
            {"name": "保温杯 Mug", "category_id": cls.cups.id, "brand_id": cls.brand.id, "scene_ids": cls.scene.ids}
        )
        pot = cls.env["product.product"].create({"name": "Pot", "type": "consu", "is_storable": True})
        cls.put(pot, 5)
        cls.pot = cls.env["giftcard.reward"].create(
            {
                "product_id": pot.id,
                "program_id": cls.points_program.id,
                "points_price": 400,
                "published": True,
                "category_id": cls.kitchen.id,
                "scene_ids": cls.scene.ids,
            }
        )

    def ids(self, **params):
        return [item["id"] for item in self.get("/rewards", **params)["items"]]

    def test_filters(self):
        for params, found in (
            ({"category_id": self.kitchen.id}, self.reward | self.pot),
            ({"category_id": self.cups.id}, self.reward),
            ({"brand_id": self.brand.id}, self.reward),
            ({"scene_id": self.scene.id}, self.reward | self.pot),
            ({"points_from": 10}, self.reward | self.pot),
            ({"points_from": 11, "points_to": 400}, self.pot),
            ({"affordable": True}, self.reward | self.service),
            ({"kind": "coupon"}, self.reward.browse()),
            ({"category_id": 2**31 - 1}, self.reward.browse()),
        ):
            with self.subTest(params=params):
                self.assertEqual(set(self.ids(**params)), set(found.ids))
        self.assertFalse(self.get("/rewards", self.bob_token, affordable=True)["items"])

    def test_search(self):
        for text, found in (("保温", self.reward), ("MUG", self.reward), ("温杯", self.reward), ("pot", self.pot)):
            self.assertEqual(self.ids(search=text), found.ids, text)
        for text in ("x' OR 1=1 --", "&|!():*", "%", "nothing"):
            self.assertEqual(self.ids(search=text), [], text)
        self.assertProblem(self.api("GET", "/rewards?search=%00", self.alice_token), 422, "validation_error")

    def test_sort(self):
        self.service.sequence = 99
        by_price = (self.service | self.reward | self.pot).ids
        self.assertEqual(self.ids(sort="points"), by_price)
        self.assertEqual(self.ids(sort="-points"), by_price[::-1])
        self.assertEqual(self.ids(sort="newest")[0], self.pot.id)
        self.submit(2)
        self.assertEqual(self.ids(sort="popular")[0], self.reward.id)
        paged, cursor = [], None
        while cursor is not False:
            page = self.get("/rewards", sort="-points", limit=1, **({"cursor": cursor} if cursor else {}))
            paged += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"] or False
        self.assertEqual(paged, by_price[::-1])
        cursor = self.get("/rewards", sort="points", limit=1)["next_cursor"]
        other = self.api("GET", f"/rewards?sort=newest&cursor={cursor}", self.alice_token)
        self.assertProblem(other, 422, "validation_error")

    def test_categories(self):
        items = {item["name"]: item for item in self.get("/rewards/categories")["items"]}
        kitchen, cups = items["Kitchen"], items["Cups"]
        self.assertEqual((kitchen["rewards"], kitchen["parent_id"]), (2, None))
        self.assertEqual((cups["rewards"], cups["parent_id"], cups["image_url"]), (1, self.kitchen.id, None))
        names = list(items)
        self.assertEqual(names.index("Cups"), names.index("Kitchen") + 1)
        self.assertEqual(self.url_open(kitchen["image_url"]).headers["Content-Type"], "image/png")
        self.assertProblem(self.api("GET", f"/rewards/categories/{self.cups.id}/image"), 404, "not_found")

    def test_brands_and_scenes(self):
        brands = {item["id"]: item for item in self.get("/rewards/tags", kind="brand")["items"]}
        self.assertEqual(brands[self.brand.id]["rewards"], 1)
        self.assertNotIn(self.scene.id, brands)
        scenes = {item["id"]: item for item in self.get("/rewards/tags")["items"]}
        self.assertEqual((scenes[self.scene.id]["rewards"], scenes[self.scene.id]["kind"]), (2, "scene"))
        self.assertEqual(self.url_open(scenes[self.scene.id]["image_url"]).status_code, 200)

    def test_detail(self):
        price = self.env["giftcard.reward.price"].create({"reward_id": self.reward.id, "points": 4, "cash": 12.5})
        picture = self.env["giftcard.reward.picture"].create(
            {"reward_id": self.reward.id, "name": "Inside", "image_1920": PIXEL}
        )
        self.env["giftcard.reward.specification"].create(
            {"reward_id": self.reward.id, "name": "Volume", "value": "350 ml"}
        )
        self.reward.write({"member_limit": 2, "limit_period": "month", "validity": "A year"})
        self.submit(1)
        detail = self.get(f"/rewards/{self.reward.id}")
        cash = {"amount": "12.50", "currency": self.company.currency_id.name}
        self.assertEqual(detail["prices"], [{"id": price.id, "points": 4, "cash": cash}])
        self.assertEqual(detail["specifications"], [{"name": "Volume", "value": "350 ml"}])
        self.assertEqual((detail["member_limit"], detail["limit_period"], detail["left_for_member"]), (2, "month", 1))
        self.assertEqual(detail["validity"], "A year")
        [shown] = detail["pictures"]
        self.assertEqual(shown["text"], "Inside")
        self.assertEqual(self.url_open(shown["url"]).status_code, 200)
        self.reward.published = False
        self.env.flush_all()
        self.assertProblem(self.url_open(shown["url"]), 404, "not_found")
        self.assertProblem(self.api("GET", f"/rewards/{self.pot.id}/pictures/{picture.id}"), 404, "not_found")

    def test_specifications(self):
        self.pot.main_id = self.reward
        self.assertNotIn(self.pot.id, self.ids())
        detail = self.get(f"/rewards/{self.reward.id}")
        self.assertEqual((detail["available"], detail["variants"]), (8, 2))
        options = {option["id"]: option for option in detail["options"]}
        self.assertEqual((options[self.reward.id]["available"], options[self.pot.id]["available"]), (3, 5))
        self.assertEqual(options[self.pot.id]["points_price"], 400)
        self.pot.published = False
        self.assertEqual(self.get(f"/rewards/{self.reward.id}")["options"], [])

    def test_terms_of_the_members_tier(self):
        tier = self.env["giftcard.tier"].create({"name": "Early", "threshold": 987654321, "early_access_hours": 24})
        self.alice.member_tier_id = tier
        self.reward.write({"opens_at": "2099-01-02 00:00:00", "closes_at": "2099-02-01", "tier_ids": tier.ids})
        shown = self.get(f"/rewards/{self.reward.id}")
        self.assertEqual((shown["opens_at"], shown["tiers"]), ("2099-01-01T00:00:00Z", ["Early"]))
        self.assertEqual(self.get(f"/rewards/{self.reward.id}", self.bob_token)["opens_at"], "2099-01-02T00:00:00Z")

    def test_similar(self):
        similar = self.get(f"/rewards/{self.reward.id}/similar")["items"]
        self.assertEqual([item["id"] for item in similar], [self.pot.id])
        self.assertFalse(self.get(f"/rewards/{self.service.id}/similar")["items"])
        self.pot.published = False
        self.assertFalse(self.get(f"/rewards/{self.reward.id}/similar")["items"])

    def test_of_a_store(self):
        west = self.env["giftcard.store"].create({"name": "West", "code": "W"})
        self.reward.store_ids = west
        self.assertNotIn(self.reward.id, self.ids(store_id=self.store.id, handed_out=True))
        self.assertIn(self.reward.id, self.ids(store_id=self.store.id))
        self.assertEqual(self.get(f"/rewards/{self.reward.id}")["store_ids"], west.ids)

    def test_a_page_is_read_at_once_with_all_that_is_shown(self):
        def queries(limit):
            context = {"giftcard_member_id": self.alice.id, "allowed_company_ids": self.env.company.ids}
            service = self.env(user=self.env.ref("giftcard_wechat.user_api"), context=context)["giftcard.api.reward"]
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(service._list(RewardQuery(limit=limit, scene_id=self.scene.id)).items), limit)
            return self.env.cr.sql_log_count - before

        tier = self.env["giftcard.tier"].create({"name": "Test", "threshold": 987654321})
        products = self.env["product.product"].create([{"name": f"Thing {n}", "type": "service"} for n in range(20)])
        self.env["giftcard.reward"].search([]).published = False
        self.env["giftcard.reward"].create(
            [
                {
                    "product_id": product.id,
                    "program_id": self.points_program.id,
                    "points_price": 10,
                    "published": True,
                    "category_id": self.cups.id,
                    "scene_ids": self.scene.ids,
                    "tier_ids": tier.ids,
                    "opens_at": "2020-01-01",
                    "price_ids": [(0, 0, {"points": 5, "cash": 1})],
                }
                for product in products
            ]
        )
        queries(1)
        self.assertEqual(queries(20), queries(1))

    def test_no_rights(self):
        for path in ("/rewards/categories", "/rewards/tags", f"/rewards/{self.reward.id}/similar"):
            self.assertNoRights("GET", path)
