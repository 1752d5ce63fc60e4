from odoo.tests import tagged

from .common import ApiCase


@tagged("post_install", "-at_install")
class TestOrder(ApiCase):
    """The redemption list, quotes, and orders that are sent or cost money too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.price = cls.env["giftcard.reward.price"].create({"reward_id": cls.reward.id, "points": 4, "cash": 12.5})
        cls.currency = cls.company.currency_id.name

    def cash(self, amount):
        return {"amount": amount, "currency": self.currency}

    def place(self, reward, quantity, token=None, **body):
        self.puts = getattr(self, "puts", 0) + 1
        return self.api(
            "PUT",
            f"/redemption-list/items/{reward.id}",
            token or self.alice_token,
            key=f"put-key-{self.puts}",
            json={"quantity": quantity, **body},
        )

    def post(self, path, token=None, **body):
        return self.api("POST", path, token or self.alice_token, json=body)

    def sent(self):
        """:return: the home of Alice, to which a carrier delivers for 8"""
        self.company.giftcard_delivery_warehouse_id = self.warehouse
        self.env["delivery.carrier"].search([]).active = False
        product = self.env["product.product"].create(
            {"name": "Express", "type": "service", "list_price": 8, "taxes_id": False}
        )
        self.carrier = self.env["delivery.carrier"].create(
            {"name": "Express", "product_id": product.id, "fixed_price": 8}
        )
        return self.env["res.partner"].create(
            {"parent_id": self.alice.id, "type": "delivery", "name": "Home", "street": "1 Road", "city": "Suzhou"}
        )

    def test_the_list(self):
        before = self.redemptions.search_count([])
        empty = {"items": [], "points": 0, "cash": self.cash("0.00")}
        self.assertEqual(self.get("/redemption-list"), empty)
        self.assertEqual(self.redemptions.search_count([]), before, "reading makes no list")
        self.assertEqual(self.place(self.reward, 2).status_code, 200)
        shown = self.place(self.service, 1).json()
        first = shown["items"][0]
        self.assertEqual((first["reward_id"], first["quantity"]), (self.reward.id, 2))
        self.assertEqual(shown["points"], 25)
        shown = self.place(self.reward, 1, price_id=self.price.id).json()
        self.assertEqual((shown["points"], shown["cash"]), (9, self.cash("12.50")))
        self.assertEqual(self.get("/redemption-list"), shown)
        self.assertEqual(self.get("/redemption-list", self.bob_token), empty)
        path = f"/redemption-list/items/{self.reward.id}"
        shown = self.api("DELETE", path, self.alice_token, key="drop-key").json()
        self.assertEqual([item["reward_id"] for item in shown["items"]], [self.service.id])
        cleared = self.api("DELETE", "/redemption-list", self.alice_token, key="clear-key")
        self.assertEqual((cleared.status_code, cleared.content), (204, b""))
        self.assertEqual(self.get("/redemption-list"), empty)
        self.assertCard(self.card, 100, 0)
        self.assertEqual(self.get("/redemptions")["items"], [])

    def test_wrong_items(self):
        other = self.env["giftcard.reward.price"].create({"reward_id": self.service.id, "points": 1, "cash": 1})
        for quantity in (0, -1, 1001, "1", 1.5, True, None):
            self.assertProblem(self.place(self.reward, quantity), 422, "validation_error")
        for price in (other.id, 2**31 - 1):
            self.assertProblem(self.place(self.reward, 1, price_id=price), 409, "reward_not_available")
        self.reward.published = False
        self.assertProblem(self.place(self.reward, 1), 404, "not_found")

    def test_submit_the_list(self):
        self.place(self.reward, 2)
        answer = self.post("/redemption-list/submit", store_id=self.store.id)
        self.assertEqual((answer.status_code, answer.json()["state"]), (201, "to_review"), answer.text)
        self.assertEqual(answer.json()["points"], 20)
        self.assertEqual(self.get("/redemption-list")["items"], [])
        self.assertCard(self.card, 100, 20)
        empty = self.post("/redemption-list/submit", store_id=self.store.id)
        self.assertProblem(empty, 422, "invalid_quantity")

    def test_submitting_again_orders_once(self):
        self.place(self.reward, 1)
        body = {"store_id": self.store.id}
        first, again = (
            self.api("POST", "/redemption-list/submit", self.alice_token, key="submit-key", json=body)
            for __ in range(2)
        )
        self.assertEqual((again.text, again.headers["Idempotency-Replayed"]), (first.text, "true"))
        self.assertCard(self.card, 100, 10)

    def test_quote(self):
        self.place(self.reward, 1, price_id=self.price.id)
        before = self.redemptions.search_count([])
        for body in ({}, {"lines": [{"reward_id": self.reward.id, "quantity": 1, "price_id": self.price.id}]}):
            quote = self.post("/quotes", store_id=self.store.id, **body).json()
            self.assertEqual((quote["points"], quote["total"], quote["problem"]), (4, self.cash("12.50"), None))
            self.assertEqual((quote["balance"], quote["missing"]), (100, 0))
            self.assertEqual(quote["lines"][0]["available"], 3)
        many = {"lines": [{"reward_id": self.reward.id, "quantity": 11}], "store_id": self.store.id}
        quote = self.post("/quotes", **many).json()
        self.assertEqual(
            (quote["missing"], quote["problem"]["code"], quote["problem"]["available"]), (10, "out_of_stock", 3)
        )
        answer = self.post("/quotes", self.bob_token, **many)
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(answer.json()["missing"], 110)
        self.assertProblem(self.post("/quotes", self.bob_token), 422, "invalid_quantity")
        self.assertEqual(self.redemptions.search_count([]), before)
        self.assertCard(self.card, 100, 0)

    def test_delivery(self):
        home = self.sent()
        lines = [{"reward_id": self.reward.id, "quantity": 1}]
        body = {"fulfilment": "delivery", "address_id": home.id, "lines": lines}
        quote = self.post("/quotes", **body).json()
        self.assertEqual(quote["carriers"], [{"id": self.carrier.id, "name": "Express", "amount": self.cash("8.00")}])
        self.assertEqual((quote["shipping"], quote["total"]), (self.cash("8.00"), self.cash("8.00")))
        answer = self.post("/redemptions", carrier_id=self.carrier.id, **body).json()
        self.assertEqual((answer["fulfilment"], answer["state"]), ("delivery", "awaiting_payment"))
        self.assertEqual((answer["cash"], answer["shipping"]), (self.cash("8.00"), self.cash("8.00")))
        self.assertEqual(answer["payment"], "waiting")
        self.assertTrue(answer["pay_until"])
        self.assertIn("1 Road", answer["address"])
        [listed] = self.get("/redemptions", state="awaiting_payment")["items"]
        self.assertEqual(listed["id"], answer["id"])
        self.assertFalse(self.get("/redemptions", state="done")["items"])

    def test_wrong_destinations(self):
        home = self.sent()
        lines = [{"reward_id": self.reward.id, "quantity": 1}]
        bobs = self.env["res.partner"].create({"parent_id": self.bob.id, "type": "delivery", "name": "His"})
        for code, body in (
            ("store_not_available", {}),
            ("store_not_available", {"store_id": 2**31 - 1}),
            ("address_not_available", {"fulfilment": "delivery"}),
            ("address_not_available", {"fulfilment": "delivery", "address_id": bobs.id}),
            ("address_not_available", {"fulfilment": "delivery", "address_id": self.bob.id}),
            ("carrier_not_available", {"fulfilment": "delivery", "address_id": home.id, "carrier_id": 2**31 - 1}),
            ("reward_not_available", {"fulfilment": "virtual"}),
        ):
            with self.subTest(body=body):
                self.assertProblem(self.post("/redemptions", lines=lines, **body), 409, code)
        self.assertProblem(
            self.post("/redemptions", lines=lines, store_id=self.store.id, wallet_card_id=self.other.id),
            404,
            "not_found",
        )
        self.assertCard(self.card, 100, 0)

    def test_no_rights(self):
        self.assertNoRights("GET", "/redemption-list")
        item = {"quantity": 1}
        self.assertNoRights("PUT", f"/redemption-list/items/{self.reward.id}", key="put-key-0", json=item)
        self.assertNoRights("DELETE", f"/redemption-list/items/{self.reward.id}", key="put-key-0")
        self.assertNoRights("DELETE", "/redemption-list", key="put-key-0")
        self.assertNoRights("POST", "/redemption-list/submit", json={})
        self.assertNoRights("POST", "/quotes", json={})
        self.place(self.reward, 1)
        refused = self.post("/redemption-list/submit", self.bob_token, store_id=self.store.id)
        self.assertProblem(refused, 422, "invalid_quantity")
        self.assertEqual(len(self.get("/redemption-list")["items"]), 1)
