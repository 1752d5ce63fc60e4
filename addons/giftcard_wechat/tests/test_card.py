from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.giftcard_points.models.ledger.act import Act

from .common import ApiCase


@tagged("post_install", "-at_install")
class TestCard(ApiCase):
    def test_cards(self):
        gift = self.env["loyalty.card"].create(
            {"program_id": self.gift_program.id, "partner_id": self.alice.id, "points": 25.5}
        )
        self.submit(2)
        currency = self.env.company.currency_id.name
        cards = self.get("/cards")
        self.assertIsNone(cards["next_cursor"])
        self.assertEqual([item["id"] for item in cards["items"]], [gift.id, self.card.id])
        self.assertEqual(cards["items"][0]["balance"], {"amount": "25.50", "currency": currency})
        self.assertEqual(
            self.get(f"/cards/{self.card.id}"),
            {
                "id": self.card.id,
                "number": self.card.code,
                "program": "Points",
                "kind": "loyalty",
                "balance": {"points": 100},
                "held": {"points": 20},
                "available": {"points": 80},
                "state": "active",
                "expires_on": None,
                "expiring": None,
                "theme": None,
            },
        )

    def test_cards_of_a_kind(self):
        gift = self.env["loyalty.card"].create(
            {"program_id": self.gift_program.id, "partner_id": self.alice.id, "points": 25.5}
        )
        empty = self.env["loyalty.card"].create({"program_id": self.gift_program.id, "partner_id": self.alice.id})
        past = self.env["loyalty.card"].create(
            {"program_id": self.gift_program.id, "partner_id": self.alice.id, "points": 1}
        )
        past.expiration_date = "2026-01-01"

        def ids(**query):
            return {item["id"] for item in self.get("/cards", **query)["items"]}

        self.assertEqual(ids(), {gift.id, empty.id, past.id, self.card.id})
        self.assertEqual(ids(kind="gift_card"), {gift.id, empty.id, past.id})
        self.assertEqual(ids(kind="gift_card", usable="true"), {gift.id})
        self.assertEqual(ids(kind="loyalty", usable="true"), {self.card.id})
        self.assertProblem(self.api("GET", "/cards?kind=x", self.alice_token), 422, "validation_error")

    def test_what_expires_next(self):
        self.grant(self.card, 5, expires_on="2099-01-31")
        self.grant(self.card, 7, expires_on="2099-12-31")
        self.assertEqual(self.get(f"/cards/{self.card.id}")["expiring"], {"amount": {"points": 5}, "on": "2099-01-31"})

    def test_statement(self):
        self.ledger._spend(Act("spend"), self.card, 30)
        statement = self.get(f"/cards/{self.card.id}/entries")
        self.assertEqual(
            [(item["number"], item["kind"], item["amount"], item["balance_after"]) for item in statement["items"]],
            [(2, "spend", {"points": -30}, {"points": 70}), (1, "earn", {"points": 100}, {"points": 100})],
        )

    def test_statement_of_a_period(self):
        self.ledger._spend(Act("spend"), self.card, 30)
        path, today = f"/cards/{self.card.id}/entries", self.ledger._today(self.env.company)
        for query, numbers in (
            ({"kind": "spend"}, [2]),
            ({"kind": "nothing"}, []),
            ({"since": today, "until": today}, [2, 1]),
            ({"since": today + timedelta(days=1)}, []),
            ({"until": today - timedelta(days=1)}, []),
        ):
            with self.subTest(query=query):
                self.assertEqual([item["number"] for item in self.get(path, **query)["items"]], numbers)
        for query in ("since=9999-12-31", "until=0001-01-01", "since=x"):
            self.assertProblem(self.api("GET", f"{path}?{query}", self.alice_token), 422, "validation_error")

    def test_statement_names_the_member_s_documents(self):
        redemption = self.submit(2)
        redemption._approve()
        self.ledger._spend(Act("spend", document=("res.partner", self.bob.id)), self.card, 1)
        documents = [item["document"] for item in self.get(f"/cards/{self.card.id}/entries")["items"]]
        self.assertEqual(documents, [None, redemption.name, None])

    def test_statement_pages(self):
        for __ in range(6):
            self.grant(self.card, 1)
        seen, cursor, pages = [], None, 0
        while pages < 10:
            page = self.get(f"/cards/{self.card.id}/entries", limit=3, **({"cursor": cursor} if cursor else {}))
            seen += [item["number"] for item in page["items"]]
            pages += 1
            if pages == 1:
                # What comes meanwhile shifts nothing.
                self.grant(self.card, 1)
            cursor = page["next_cursor"]
            if not cursor:
                break
        self.assertEqual((seen, pages), ([7, 6, 5, 4, 3, 2, 1], 3))

    def test_cursors_are_of_one_list(self):
        for __ in range(3):
            self.grant(self.card, 1)
        cursor = self.get(f"/cards/{self.card.id}/entries", limit=1)["next_cursor"]
        for path, bad in (
            ("/cards", cursor),
            (f"/cards/{self.card.id}/entries", cursor[:-3] + "AAA"),
            (f"/cards/{self.card.id}/entries", "x"),
            (f"/cards/{self.card.id}/entries", "WzFd"),
            (f"/cards/{self.card.id}/entries", "日本"),
        ):
            response = self.api("GET", path, self.alice_token, params={"cursor": bad})
            self.assertEqual(self.assertProblem(response, 422, "validation_error")["errors"][0]["pointer"], "cursor")

    def test_limits(self):
        for limit in ("0", "101", "-1", "x", "1.5", ""):
            response = self.api("GET", "/cards", self.alice_token, params={"limit": limit})
            self.assertEqual(self.assertProblem(response, 422, "validation_error")["errors"][0]["pointer"], "limit")
        self.assertProblem(self.api("GET", "/cards?page=2", self.alice_token), 422, "validation_error")

    def test_statement_in_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        response = self.api(
            "GET", f"/cards/{self.card.id}/entries", self.alice_token, headers={"Accept-Language": "zh-CN,zh;q=0.9"}
        )
        self.assertEqual(response.json()["items"][0]["kind"], "earn")

    def test_cards_no_rights(self):
        self.assertNoRights("GET", "/cards")
        self.assertEqual(
            [item["id"] for item in self.get("/cards", self.bob_token)["items"]], [self.other.id], "only his own"
        )

    def test_card_no_rights(self):
        self.assertNoRights("GET", f"/cards/{self.card.id}")
        self.assertProblem(self.api("GET", f"/cards/{self.card.id}", self.bob_token), 404, "not_found")
        self.assertProblem(self.api("GET", f"/cards/{self.gift.id}", self.bob_token), 404, "not_found")

    def test_statement_no_rights(self):
        self.assertNoRights("GET", f"/cards/{self.card.id}/entries")
        self.assertProblem(self.api("GET", f"/cards/{self.card.id}/entries", self.bob_token), 404, "not_found")
