from odoo import Command
from odoo.tests import tagged

from .common import ApiCase

PIXEL = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@tagged("post_install", "-at_install")
class TestTheme(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["giftcard.theme"].search([]).active = False
        cls.spring = cls.env["giftcard.theme"].create(
            {
                "name": "Spring",
                "image_1920": PIXEL,
                "program_id": cls.gift_program.id,
                "amount_min": 50,
                "amount_max": 1000,
                "value_ids": [Command.create({"amount": amount}) for amount in (388, 188.5)],
            }
        )
        cls.cover = cls.env["giftcard.theme"].create({"name": "Hearts", "sequence": 20})
        cls.foreign = cls.env["giftcard.theme"].create(
            {"name": "Elsewhere", "company_id": cls.env["res.company"].create({"name": "Other"}).id}
        )

    def test_themes(self):
        currency = self.env.company.currency_id.name
        themes = self.get("/themes")["items"]
        self.assertEqual([theme["name"] for theme in themes], ["Spring", "Hearts"])
        self.assertEqual(
            {name: themes[0][name] for name in ("sold", "amounts", "amount_min", "amount_max")},
            {
                "sold": True,
                "amounts": [{"amount": amount, "currency": currency} for amount in ("188.50", "388.00")],
                "amount_min": {"amount": "50.00", "currency": currency},
                "amount_max": {"amount": "1000.00", "currency": currency},
            },
        )
        self.assertEqual(self.get(f"/themes/{self.spring.id}"), themes[0])
        self.assertEqual((themes[1]["sold"], themes[1]["amounts"], themes[1]["cover_url"]), (False, [], None))
        self.assertEqual([theme["name"] for theme in self.get("/themes", sold="true")["items"]], ["Spring"])
        self.assertEqual([theme["name"] for theme in self.get("/themes", sold="false")["items"]], ["Hearts"])

    def test_cover(self):
        url = self.get(f"/themes/{self.spring.id}")["cover_url"]
        response = self.url_open(url)
        self.assertEqual((response.status_code, response.headers["Content-Type"]), (200, "image/png"))
        self.assertProblem(self.api("GET", f"/themes/{self.cover.id}/image"), 404, "not_found")

    def test_no_rights(self):
        self.assertNoRights("GET", "/themes")
        self.assertNoRights("GET", f"/themes/{self.spring.id}")
        self.assertProblem(self.api("GET", f"/themes/{self.foreign.id}", self.alice_token), 404, "not_found")
