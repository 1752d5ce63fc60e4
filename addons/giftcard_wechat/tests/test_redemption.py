from odoo.tests import tagged

from .common import ApiCase


@tagged("post_install", "-at_install")
class TestRedemption(ApiCase):
    def order(self, quantity=1, reward=None, **body):
        line = {"reward_id": (reward or self.reward).id, "quantity": quantity}
        return {"store_id": self.store.id, "lines": [line], **body}

    def redeem(self, quantity=1, token=None, **kwargs):
        return self.api("POST", "/redemptions", token or self.alice_token, json=self.order(quantity), **kwargs)

    def cash(self, amount):
        return {"amount": amount, "currency": self.company.currency_id.name}

    def assertUntouched(self):
        self.assertCard(self.card, 100)
        self.assertEqual(self.stock(), (3, 0))
        self.assertFalse(self.redemptions.search([("member_id", "in", (self.alice | self.bob).ids)]))
        self.assertFalse(self.env["giftcard.api.request"].search([]))

    def test_redeem(self):
        response = self.redeem(2)
        self.assertEqual(response.status_code, 201, response.text)
        answer = response.json()
        redemption = self.redemptions.browse(answer["id"])
        self.assertEqual(redemption.member_id, self.alice)
        self.assertEqual(redemption.transition_ids.member_id, self.alice)
        self.assertEqual(redemption.transition_ids.user_id, self.env.ref("giftcard_wechat.user_api"))
        self.assertEqual((answer["number"], answer["state"], answer["points"]), (redemption.name, "to_review", 20))
        self.assertEqual(
            answer["lines"],
            [
                {
                    "id": redemption.line_ids.id,
                    "reward_id": self.reward.id,
                    "name": "Mug",
                    "quantity": 2,
                    "points_price": 10,
                    "cash_price": self.cash("0.00"),
                    "returned": 0,
                }
            ],
        )
        self.assertEqual([step["by"] for step in answer["transitions"]], ["member"])
        self.assertIsNone(answer["pickup"])
        self.assertCard(self.card, 100, 20)
        self.assertEqual(self.stock(), (3, 2))
        self.assertEqual(self.get(f"/redemptions/{answer['id']}"), answer)

    def test_the_code_comes_with_approval(self):
        answer = self.redeem().json()
        redemption = self.redemptions.browse(answer["id"])
        redemption._approve()
        answer = self.get(f"/redemptions/{redemption.id}")
        code = redemption.pickup_code_id
        self.assertEqual(answer["state"], "ready")
        self.assertEqual((answer["pickup"]["digits"], answer["pickup"]["token"]), (code.digits, code.token))
        self.assertEqual([step["state"] for step in answer["transitions"]], ["to_review", "approved", "ready"])
        self.hand_over(code.digits)
        answer = self.get(f"/redemptions/{redemption.id}")
        self.assertEqual((answer["state"], answer["pickup"]["state"]), ("done", "used"))
        self.assertEqual(self.get("/me")["points"], 90)

    def test_repeat(self):
        first = self.redeem(key="same-key-1")
        again = self.redeem(key="same-key-1")
        self.assertEqual((first.status_code, first.text), (again.status_code, again.text))
        self.assertNotIn("Idempotency-Replayed", first.headers)
        self.assertEqual(again.headers["Idempotency-Replayed"], "true")
        self.assertCard(self.card, 100, 10)

    def test_same_key_for_another_order(self):
        self.redeem(key="same-key-1")
        self.assertProblem(self.redeem(2, key="same-key-1"), 422, "idempotency_conflict")
        self.assertCard(self.card, 100, 10)

    def test_same_key_of_another_member(self):
        self.grant(self.other, 100)
        self.assertEqual(self.redeem(key="same-key-1").status_code, 201)
        response = self.redeem(key="same-key-1", token=self.bob_token)
        self.assertEqual(response.status_code, 201)
        self.assertNotIn("Idempotency-Replayed", response.headers)

    def test_too_few_points(self):
        problem = self.assertProblem(self.redeem(token=self.bob_token), 409, "insufficient_balance")
        self.assertEqual(problem["available"], 0)
        self.assertUntouched()

    def test_too_few_pieces(self):
        problem = self.assertProblem(self.redeem(4), 409, "out_of_stock")
        self.assertEqual(problem["available"], 3)
        self.assertUntouched()

    def test_a_refused_key_is_free(self):
        self.assertProblem(self.redeem(key="same-key-1", token=self.bob_token), 409, "insufficient_balance")
        self.grant(self.other, 100)
        self.assertEqual(self.redeem(key="same-key-1", token=self.bob_token).status_code, 201)

    def test_quota(self):
        self.reward.quota = 1
        self.assertProblem(self.redeem(2), 409, "limit_reached")
        self.assertUntouched()

    def test_unpublished(self):
        self.reward.published = False
        self.assertProblem(self.redeem(), 409, "reward_not_available")
        self.assertUntouched()

    def test_unknown_store(self):
        for store_id in (self.store.id + 1000, 2**31 - 1):
            response = self.api("POST", "/redemptions", self.alice_token, json=self.order(store_id=store_id))
            self.assertProblem(response, 409, "store_not_available")
        self.assertUntouched()

    def test_frozen_card(self):
        self.card.action_freeze()
        self.assertProblem(self.redeem(), 409, "card_not_usable")
        self.card.action_unfreeze()
        self.assertUntouched()

    def test_bodies(self):
        line = {"reward_id": self.reward.id, "quantity": 1}
        for body, pointer in (
            ({}, "#/lines"),
            (self.order(store_id="1"), "#/store_id"),
            (self.order(store_id=2**31), "#/store_id"),
            (self.order(lines=[]), "#/lines"),
            (self.order(lines=[line] * 51), "#/lines"),
            (self.order(lines=[{**line, "quantity": 0}]), "#/lines/0/quantity"),
            (self.order(lines=[{**line, "quantity": -1}]), "#/lines/0/quantity"),
            (self.order(lines=[{**line, "quantity": 1.5}]), "#/lines/0/quantity"),
            (self.order(lines=[{**line, "quantity": True}]), "#/lines/0/quantity"),
            (self.order(lines=[{**line, "points_price": 0}]), "#/lines/0/points_price"),
            (self.order(member_id=self.bob.id), "#/member_id"),
            ([], "#/"),
        ):
            with self.subTest(body=body):
                response = self.api("POST", "/redemptions", self.alice_token, json=body)
                problem = self.assertProblem(response, 422, "validation_error")
                self.assertEqual(problem["errors"][0]["pointer"], pointer)
        self.assertUntouched()

    def test_list(self):
        numbers = [self.redeem().json()["number"] for __ in range(3)]
        page = self.get("/redemptions", limit=2)
        self.assertEqual([item["number"] for item in page["items"]], numbers[:0:-1])
        self.assertNotIn("pickup", page["items"][0])
        page = self.get("/redemptions", limit=2, cursor=page["next_cursor"])
        self.assertEqual(([item["number"] for item in page["items"]], page["next_cursor"]), (numbers[:1], None))

    def test_cancel(self):
        answer = self.redeem(2).json()
        path = f"/redemptions/{answer['id']}/cancel"
        response = self.api("POST", path, self.alice_token, json={"reason": "Changed my mind"}, key="cancel-key")
        self.assertEqual((response.status_code, response.json()["state"]), (200, "cancelled"), response.text)
        self.assertEqual(response.json()["transitions"][-1]["reason"], "Changed my mind")
        self.assertCard(self.card, 100)
        self.assertEqual(self.stock(), (3, 0))
        again = self.api("POST", path, self.alice_token, json={"reason": "Changed my mind"}, key="cancel-key")
        self.assertEqual((again.text, again.headers["Idempotency-Replayed"]), (response.text, "true"))
        self.assertProblem(self.api("POST", path, self.alice_token, json={}), 409, "illegal_transition")

    def test_cancel_after_approval(self):
        answer = self.redeem().json()
        self.redemptions.browse(answer["id"])._approve()
        response = self.api("POST", f"/redemptions/{answer['id']}/cancel", self.alice_token, json={})
        self.assertEqual((response.status_code, response.json()["pickup"]["state"]), (200, "void"))
        self.assertEqual(self.get("/me")["points"], 100)

    def test_redeem_no_rights(self):
        self.assertNoRights("POST", "/redemptions", json=self.order())
        self.assertUntouched()

    def test_list_no_rights(self):
        self.assertNoRights("GET", "/redemptions")
        self.redeem()
        self.assertEqual(self.get("/redemptions", self.bob_token)["items"], [])

    def test_read_no_rights(self):
        redemption = self.ready()
        self.assertNoRights("GET", f"/redemptions/{redemption.id}")
        response = self.api("GET", f"/redemptions/{redemption.id}", self.bob_token)
        self.assertProblem(response, 404, "not_found")

    def test_cancel_no_rights(self):
        redemption = self.submit()
        path = f"/redemptions/{redemption.id}/cancel"
        self.assertNoRights("POST", path, json={})
        self.assertProblem(self.api("POST", path, self.bob_token, json={}), 404, "not_found")
        self.assertEqual(redemption.state, "to_review")
