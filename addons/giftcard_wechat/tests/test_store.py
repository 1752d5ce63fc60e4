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

    def test_stores_of_another_company_are_not_listed(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.env["giftcard.store"].create({"name": "Other", "code": "OTHER", "company_id": company.id})
        self.assertNotIn("OTHER", [item["code"] for item in self.get("/stores")["items"]])

    def test_stores_no_rights(self):
        self.assertNoRights("GET", "/stores")
