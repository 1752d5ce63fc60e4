from odoo.tests import tagged

from .common import ApiCase

SHENZHEN = {
    "name": "李雷",
    "phone": "13800138000",
    "province": "广东省",
    "city": "深圳市",
    "district": "南山区",
    "street": "科技园路 1 号",
    "postal_code": "518000",
}


@tagged("post_install", "-at_install")
class TestAddress(ApiCase):
    def add(self, token=None, **changes):
        return self.api("POST", "/me/addresses", token or self.alice_token, json={**SHENZHEN, **changes})

    def items(self, token=None):
        return self.get("/me/addresses", token)["items"]

    def test_add(self):
        response = self.add()
        self.assertEqual(response.status_code, 201, response.text)
        address = response.json()
        record = self.env["res.partner"].browse(address["id"])
        self.assertEqual((record.parent_id, record.type, record.state_id.name), (self.alice, "delivery", "广东省"))
        expected = {**SHENZHEN, "phone": "+8613800138000", "country": "CN", "is_default": True, "id": record.id}
        self.assertEqual(address, expected)
        self.assertEqual(self.items(), [expected])

    def test_one_default(self):
        first, second = self.add().json()["id"], self.add(name="B").json()["id"]
        self.assertEqual([item["id"] for item in self.items()], [first, second])
        third = self.add(name="C", is_default=True).json()
        self.assertTrue(third["is_default"])
        self.assertEqual(self.items()[0], third)
        self.assertEqual(sum(item["is_default"] for item in self.items()), 1)
        response = self.api("DELETE", f"/me/addresses/{third['id']}", self.alice_token)
        self.assertEqual(response.status_code, 204)
        self.assertEqual([(item["id"], item["is_default"]) for item in self.items()], [(second, True), (first, False)])

    def test_change(self):
        address = self.add().json()
        body = {**SHENZHEN, "street": "新街 2 号", "district": None}
        response = self.api("PUT", f"/me/addresses/{address['id']}", self.alice_token, json=body)
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual((response.json()["street"], response.json()["district"]), ("新街 2 号", None))
        self.assertTrue(response.json()["is_default"])

    def test_orders_keep_a_removed_address(self):
        address = self.add().json()["id"]
        self.api("DELETE", f"/me/addresses/{address}", self.alice_token)
        record = self.env["res.partner"].browse(address)
        self.assertTrue(record.exists())
        self.assertFalse(record.active)
        self.assertProblem(self.api("DELETE", f"/me/addresses/{address}", self.alice_token), 404, "not_found")

    def test_at_most_twenty(self):
        self.env["res.partner"].create(
            [{"name": str(n), "parent_id": self.alice.id, "type": "delivery"} for n in range(20)]
        )
        self.assertProblem(self.add(), 409, "too_many_addresses")

    def test_what_is_no_address(self):
        for changes, pointer in (
            ({"province": "亚特兰蒂斯"}, "#/province"),
            ({"province": None}, "#/province"),
            ({"country": "XX"}, "#/country"),
            ({"phone": "110"}, "#/phone"),
            ({"name": ""}, "#/name"),
            ({"street": "a\x00b"}, "#/street"),
            ({"parent_id": 1}, "#/parent_id"),
        ):
            with self.subTest(pointer=pointer):
                response = self.add(**changes)
                self.assertEqual(self.assertProblem(response, 422, "validation_error")["errors"][0]["pointer"], pointer)
        self.assertEqual(self.add(province="广东").json()["province"], "广东省")

    def test_others(self):
        address = self.add().json()["id"]
        self.assertEqual(self.items(self.bob_token), [])
        for method, body in (("PUT", {"json": SHENZHEN}), ("DELETE", {})):
            response = self.api(method, f"/me/addresses/{address}", self.bob_token, **body)
            self.assertProblem(response, 404, "not_found")
        # Nor is the member itself, or another kind of contact, one of the addresses.
        contact = self.env["res.partner"].create({"name": "X", "parent_id": self.alice.id, "type": "contact"})
        for record in (self.alice, contact):
            response = self.api("DELETE", f"/me/addresses/{record.id}", self.alice_token)
            self.assertProblem(response, 404, "not_found")

    def test_no_rights(self):
        address = self.add().json()["id"]
        self.assertNoRights("GET", "/me/addresses")
        self.assertNoRights("POST", "/me/addresses", json=SHENZHEN)
        self.assertNoRights("PUT", f"/me/addresses/{address}", json=SHENZHEN)
        self.assertNoRights("DELETE", f"/me/addresses/{address}")

    def test_a_merge_keeps_all_addresses(self):
        mine, other = self.add().json()["id"], self.add(self.bob_token, name="B").json()["id"]
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge([self.alice.id, self.bob.id], self.alice)
        self.env.invalidate_all()
        self.assertEqual([(item["id"], item["is_default"]) for item in self.items()], [(mine, True), (other, False)])
