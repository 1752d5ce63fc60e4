from odoo.tests import tagged

from .common import ApiCase


@tagged("post_install", "-at_install")
class TestStore(ApiCase):
    def test_stores(self):
        self.store.partner_id = self.env["res.partner"].create(
            {"name": "East", "street": "1 Nanjing Road", "city": "Shanghai", "phone": "021 5555"}
        )
        self.env["giftcard.store"].create({"name": "Gone", "code": "GONE", "active": False})
        stores = {item["code"]: item for item in self.get("/stores")["items"]}
        self.assertNotIn("GONE", stores)
        east = stores["E"]
        self.assertEqual((east["id"], east["name"], east["phone"]), (self.store.id, "East", "021 5555"))
        self.assertTrue(east["pickup"])
        self.assertIn("1 Nanjing Road", east["address"])
        self.assertEqual(
            (east["distance"], east["latitude"], east["open_now"], east["image_url"]), (None, None, False, None)
        )

    def test_nearby(self):
        self.env["giftcard.store"].search([("id", "!=", self.store.id)]).active = False
        self.store.write({"latitude": 31.2363, "longitude": 121.4807, "tz": "Asia/Shanghai"})
        self.store.hours_ids = [(0, 0, {"weekday": str(day), "opens": 0, "closes": 24}) for day in range(7)]
        places = ((31.1955, 121.4376), (31.2369, 121.4990), (39.9349, 116.4543))
        others = self.env["giftcard.store"].create(
            [
                {"name": f"S{n}", "code": f"S{n}", "latitude": lat, "longitude": lng, "warehouse_id": False}
                for n, (lat, lng) in enumerate(places)
            ]
        )
        west, east, __ = others
        place = {"latitude": 31.2360, "longitude": 121.4800}
        first = self.get("/stores", **place, limit=2)
        self.assertEqual([item["id"] for item in first["items"]], [self.store.id, east.id])
        self.assertTrue(60 < first["items"][0]["distance"] < 90)
        self.assertTrue(first["items"][0]["open_now"])
        self.assertEqual(first["items"][1]["latitude"], 31.2369)
        second = self.get("/stores", **place, limit=2, cursor=first["next_cursor"])
        self.assertEqual([item["id"] for item in second["items"]], [west.id])
        self.assertIsNone(second["next_cursor"])
        for only in ({"open_now": True}, {"reward_id": self.reward.id, "quantity": 3}):
            self.assertEqual([item["id"] for item in self.get("/stores", **place, **only)["items"]], [self.store.id])
            self.assertEqual([item["id"] for item in self.get("/stores", **only)["items"]], [self.store.id])
        self.assertFalse(self.get("/stores", **place, reward_id=self.reward.id, quantity=4)["items"])
        self.assertEqual(len(self.get("/stores", **place, radius=3000)["items"]), 2)

    def test_nearby_nonsense(self):
        for params in (
            {"latitude": 31},
            {"longitude": 31},
            {"latitude": 91, "longitude": 0},
            {"latitude": "nan", "longitude": 0},
            {"latitude": 0, "longitude": 0, "radius": 10**9},
            {"latitude": 0, "longitude": 0, "cursor": "abc"},
        ):
            self.assertProblem(self.api("GET", "/stores", self.alice_token, params=params), 422, "validation_error")
        self.assertProblem(self.api("GET", "/stores", self.alice_token, params={"reward_id": 2**30}), 404, "not_found")

    def test_paused(self):
        self.store.write({"paused": True, "pause_note": "Back soon"})
        [east] = [item for item in self.get("/stores")["items"] if item["code"] == "E"]
        self.assertEqual((east["paused"], east["pause_note"]), (True, "Back soon"))
        body = {"store_id": self.store.id, "lines": [{"reward_id": self.reward.id, "quantity": 1}]}
        answer = self.api("POST", "/redemptions", self.alice_token, json=body)
        self.assertProblem(answer, 409, "store_paused")

    def test_picture(self):
        path = f"/stores/{self.store.id}/image"
        self.assertProblem(self.api("GET", path), 404, "not_found")
        self.store.image_1920 = (
            b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        )
        [east] = [item for item in self.get("/stores")["items"] if item["code"] == "E"]
        self.assertTrue(east["image_url"].endswith(path))
        self.assertEqual(self.api("GET", path).headers["Content-Type"], "image/png")

    def test_stores_of_another_company_are_not_listed(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.env["giftcard.store"].create({"name": "Other", "code": "OTHER", "company_id": company.id})
        self.assertNotIn("OTHER", [item["code"] for item in self.get("/stores")["items"]])

    def test_stores_no_rights(self):
        self.assertNoRights("GET", "/stores")
