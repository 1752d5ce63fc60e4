from odoo.tests import tagged

from .common import ApiCase


@tagged("post_install", "-at_install")
class TestMember(ApiCase):
    def test_me(self):
        self.env["loyalty.card"].create(
            {"program_id": self.gift_program.id, "partner_id": self.alice.id, "points": 25.5}
        )
        currency = self.env.company.currency_id.name
        me = self.get("/me")
        self.assertEqual(
            me,
            {
                "number": self.alice.member_number,
                "name": "Alice",
                "since": f"{self.alice.member_since:%Y-%m-%dT%H:%M:%SZ}",
                "points": 100,
                "stored_value": {"amount": "25.50", "currency": currency},
                "phone": None,
                "avatar_url": None,
                "birthday": None,
            },
        )
        self.assertEqual(self.get("/me", self.bob_token)["points"], 0)

    def test_points_are_exact(self):
        self.grant(self.card, 0.1)
        self.assertIn('"points":100.1,', self.api("GET", "/me", self.alice_token).text)
        self.grant(self.card, 0.2)
        self.grant(self.card, 0.7)
        self.assertIn('"points":101,', self.api("GET", "/me", self.alice_token).text)

    def test_held_points_are_not_free(self):
        self.submit(2)
        self.assertEqual(self.get("/me")["points"], 80)

    def test_other_company(self):
        """What another company gave is not shown in this company's app."""
        company = self.env["res.company"].create({"name": "Other"})
        program = self.points_program.copy({"company_id": company.id})
        card = self.env["loyalty.card"].create({"program_id": program.id, "partner_id": self.alice.id, "points": 7})
        self.assertEqual(self.get("/me")["points"], 100)
        self.assertNotIn(card.id, [item["id"] for item in self.get("/cards")["items"]])

    def test_me_no_rights(self):
        self.assertNoRights("GET", "/me")
