from odoo.tests import tagged

from odoo.addons.giftcard_pickup.tests.common_goods import GoodsCase

from .common import ApiCase


@tagged("post_install", "-at_install")
class TestGoodsCard(GoodsCase, ApiCase):
    def post(self, path, token=None, **body):
        return self.api("POST", path, token or self.alice_token, json=body)

    def test_claim_and_exchange(self):
        answer = self.post("/goods-cards", secret=self.secrets[0], number=self.paper.code)
        self.assertEqual(answer.status_code, 200, answer.text)
        card = answer.json()
        self.assertEqual((card["id"], card["left"], card["promise"]), (self.paper.id, 3, "Choose 3 of 5"))
        mugs, teas, __ = card["items"]
        path = f"/goods-cards/{card['id']}"
        order = self.post(f"{path}/exchanges", store_id=self.store.id, picks=[{"item_id": mugs["id"], "quantity": 2}])
        self.assertEqual(order.status_code, 201, order.text)
        self.assertEqual(order.json()["lines"][0]["name"], "Mug")
        shown = self.get(path)
        self.assertEqual((shown["left"], shown["items"][0]["left"]), (1, 0))
        for item, quantity, code in ((mugs, 1, "claim_exceeded"), (teas, 2, "insufficient_balance")):
            refused = self.post(
                f"{path}/exchanges", store_id=self.store.id, picks=[{"item_id": item["id"], "quantity": quantity}]
            )
            self.assertProblem(refused, 409, code)
        self.assertEqual(self.get(path), shown)
        shown = {item["id"]: item for item in self.get("/cards")["items"]}[card["id"]]
        self.assertEqual(shown["kind"], "goods_card")

    def test_wrong_secrets(self):
        for secret in ("x", self.secrets[2], self.gift.code):
            self.assertProblem(self.post("/goods-cards", secret=secret), 409, "code_not_accepted")

    def test_only_ones_own(self):
        self.post("/goods-cards", secret=self.secrets[0])
        path = f"/goods-cards/{self.paper.id}"
        picks = [{"item_id": self.mugs.id, "quantity": 1}]
        self.assertNoRights("GET", path)
        self.assertNoRights("POST", "/goods-cards", json={"secret": "x"})
        self.assertProblem(self.api("GET", path, self.bob_token), 404, "not_found")
        refused = self.post(f"{path}/exchanges", self.bob_token, store_id=self.store.id, picks=picks)
        self.assertProblem(refused, 404, "not_found")
        self.assertProblem(self.post("/goods-cards", self.bob_token, secret=self.secrets[0]), 409, "code_not_accepted")
        self.assertProblem(self.api("GET", f"/goods-cards/{self.card.id}", self.alice_token), 404, "not_found")
        self.assertCard(self.paper, 3)
