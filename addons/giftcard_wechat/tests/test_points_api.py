from odoo.tests import tagged

from .common import ApiCase


@tagged("post_install", "-at_install")
class TestPoints(ApiCase):
    def test_points(self):
        self.grant(self.card, 5, expires_on="2099-12-31")
        self.grant(self.card, 7, expires_on="2099-01-31")
        self.grant(self.card, 2, expires_on="2099-01-31")
        self.submit(1)
        [points] = self.get("/points")["items"]
        self.assertEqual((points["card_id"], points["balance"], points["held"]), (self.card.id, 114, 10))
        # What was held comes out of what expires first.
        self.assertEqual(points["expiring"], [{"points": 4, "on": "2099-12-31"}])
        [points] = self.get("/points", self.bob_token)["items"]
        self.assertEqual((points["available"], points["expiring"]), (0, []))

    def test_tier(self):
        self.env["giftcard.tier"].search([]).active = False
        self.env.flush_all()
        bronze, silver, gold = self.env["giftcard.tier"].create(
            [
                {"name": "Bronze", "threshold": 0},
                {"name": "Silver", "threshold": 100, "earn_multiplier": 1.2, "early_access_hours": 12},
                {"name": "Gold", "threshold": 400},
            ]
        )
        self.env["giftcard.tier"]._decide(self.alice.ids)
        standing = self.get("/tier")
        self.assertEqual((standing["tier"]["name"], standing["tier"]["early_access_hours"]), ("Silver", 12))
        self.assertEqual((standing["growth"], standing["missing"], standing["progress"]), (100, 300, 25))
        self.assertEqual(standing["next_tier"]["id"], gold.id)
        self.assertEqual([tier["id"] for tier in standing["tiers"]], [bronze.id, silver.id, gold.id])
        [change, *__] = self.get("/tier/changes")["items"]
        self.assertEqual((change["to_tier"], change["reason"]), ("Silver", "rise"))
        self.assertTrue(change["label"])

    def test_rules(self):
        def write(summary, day="2026-01-01", publish=True):
            version = self.env["giftcard.rules.version"].create(
                {"program_id": self.points_program.id, "html": f"<p>{summary}</p>", "summary": summary}
            )
            if publish:
                version.action_publish()
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE giftcard_rules_version SET effective_from = %s WHERE id = %s", (day, version.id)
            )
            self.env.invalidate_all()

        write("First")
        write("Second")
        write("Coming", "2099-01-01")
        write("Draft", publish=False)
        mine = [item for item in self.get("/rules")["items"] if item["program_id"] == self.points_program.id]
        self.assertEqual(
            [(item["number"], item["summary"], item["html"]) for item in mine], [(2, "Second", "<p>Second</p>")]
        )

    def test_coupons(self):
        program = self._make_program("coupons", "Ten off")
        good, late, foreign = self.env["loyalty.card"].create(
            [
                {"program_id": program.id, "partner_id": member.id, "points": 1}
                for member in (self.alice, self.alice, self.bob)
            ]
        )
        late.expiration_date = "2020-01-01"
        coupons = self.get("/coupons")["items"]
        self.assertEqual([(item["id"], item["usable"]) for item in coupons], [(late.id, False), (good.id, True)])
        self.assertEqual((coupons[1]["code"], coupons[1]["program"]), (good.code, "Ten off"))
        self.assertTrue(coupons[1]["rewards"][0])
        self.assertEqual([item["id"] for item in self.get("/coupons", usable="true")["items"]], [good.id])
        self.assertEqual([item["id"] for item in self.get("/coupons", self.bob_token)["items"]], [foreign.id])

    def test_no_rights(self):
        for path in ("/points", "/tier", "/tier/changes", "/rules", "/coupons"):
            with self.subTest(path=path):
                self.assertNoRights("GET", path)
