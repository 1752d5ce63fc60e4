from odoo.tests import tagged

from ..schemas.reward import RewardQuery
from .common import ApiCase

PIXEL = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@tagged("post_install", "-at_install")
class TestReward(ApiCase):
    def test_rewards(self):
        self.service.published = False
        rewards = {item["id"]: item for item in self.get("/rewards")["items"]}
        self.assertNotIn(self.service.id, rewards)
        expected = {
            "id": self.reward.id,
            "name": "Mug",
            "kind": "goods",
            "points_price": 10,
            "prices": [],
            "description": None,
            "image_url": None,
            "available": 3,
            "redeemed_out": False,
            "affordable": True,
            "favourite": False,
            "category_id": None,
            "brand_id": None,
            "scene_ids": [],
            "opens_at": None,
            "closes_at": None,
            "tiers": [],
            "variants": 0,
        }
        self.assertEqual(rewards[self.reward.id], expected)
        detail = self.get(f"/rewards/{self.reward.id}")
        self.assertEqual({name: detail[name] for name in expected}, expected)
        self.assertEqual(
            {name: value for name, value in detail.items() if name not in expected},
            {
                "pictures": [],
                "specifications": [],
                "options": [],
                "usage": None,
                "validity": None,
                "member_limit": None,
                "limit_period": "ever",
                "left_for_member": None,
                "store_ids": [],
            },
        )
        self.assertFalse(self.get(f"/rewards/{self.reward.id}", self.bob_token)["affordable"])

    def test_stock_is_live(self):
        self.submit(3)
        reward = self.get(f"/rewards/{self.reward.id}")
        self.assertEqual((reward["available"], reward["redeemed_out"]), (0, True))

    def test_stock_of_a_store(self):
        other = self.env["stock.warehouse"].create({"name": "West", "code": "WEST"})
        west = self.env["giftcard.store"].create({"name": "West", "code": "W", "warehouse_id": other.id})
        self.assertEqual(self.get(f"/rewards/{self.reward.id}", store_id=west.id)["available"], 0)
        self.assertEqual(self.get(f"/rewards/{self.reward.id}", store_id=self.store.id)["available"], 3)
        listed = self.get("/rewards", store_id=west.id)["items"]
        self.assertEqual([item["available"] for item in listed if item["id"] == self.reward.id], [0])

    def test_only_what_the_member_may_see(self):
        tier = self.env["giftcard.tier"].create({"name": "Test gold", "threshold": 987654321})
        self.reward.write({"tier_ids": tier.ids, "tiers_only": True})
        self.service.main_id = self.reward

        def seen():
            return {item["id"] for item in self.get("/rewards")["items"]} & {self.reward.id, self.service.id}

        self.assertFalse(seen())
        for reward in (self.reward, self.service):
            self.assertProblem(self.api("GET", f"/rewards/{reward.id}", self.alice_token), 404, "not_found")
        self.alice.member_tier_id = tier
        self.assertEqual(seen(), {self.reward.id})
        self.assertEqual(self.get(f"/rewards/{self.service.id}")["id"], self.service.id)

    def test_a_service_is_unlimited(self):
        self.assertIsNone(self.get(f"/rewards/{self.service.id}")["available"])

    def test_a_page_is_read_at_once(self):
        """As many queries for one reward as for twenty."""

        def queries(limit):
            context = {"giftcard_member_id": self.alice.id, "allowed_company_ids": self.env.company.ids}
            service = self.env(user=self.env.ref("giftcard_wechat.user_api"), context=context)["giftcard.api.reward"]
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(service._list(RewardQuery(limit=limit)).items), limit)
            return self.env.cr.sql_log_count - before

        values = {"type": "consu", "is_storable": True, "image_1920": PIXEL}
        products = self.env["product.product"].create([{"name": f"Mug {number}", **values} for number in range(20)])
        self.env["giftcard.reward"].search([]).published = False
        offer = {"program_id": self.points_program.id, "points_price": 10, "published": True, "daily_quota": 9}
        self.env["giftcard.reward"].create([{"product_id": product.id, **offer} for product in products])
        queries(1)
        self.assertEqual(queries(20), queries(1))

    def test_image(self):
        self.mug.image_1920 = PIXEL
        url = self.get(f"/rewards/{self.reward.id}")["image_url"]
        self.env.flush_all()
        response = self.url_open(url)
        self.assertEqual((response.status_code, response.headers["Content-Type"]), (200, "image/png"))
        self.reward.published = False
        self.env.flush_all()
        self.assertProblem(self.url_open(url), 404, "not_found")

    def test_rewards_no_rights(self):
        self.assertNoRights("GET", "/rewards")

    def test_reward_no_rights(self):
        self.assertNoRights("GET", f"/rewards/{self.reward.id}")
        self.reward.published = False
        self.assertProblem(self.api("GET", f"/rewards/{self.reward.id}", self.alice_token), 404, "not_found")
