from unittest.mock import patch

from odoo.tests import tagged

from ..exceptions import TextRefused
from .common import TEXT_CHECK, ApiCase


@tagged("post_install", "-at_install")
class TestGift(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.money = cls.env["loyalty.card"].create(
            {"program_id": cls.gift_program.id, "partner_id": cls.alice.id, "points": 100}
        )
        cls.theme = cls.env["giftcard.theme"].create({"name": "Hearts"})

    def give(self, key=None, token=None, **values):
        return self.api("POST", "/gifts", token or self.alice_token, key, json={"card_id": self.money.id, **values})

    def given(self, **values):
        """:return: a gift of 30 and the token of its link"""
        response = self.give(**{"amount": "30.00", **values})
        self.assertEqual(response.status_code, 201, response.text)
        gift = response.json()
        return gift, self.post(f"/gifts/{gift['id']}/link")["token"]

    def post(self, path, who=None, **body):
        response = self.api("POST", path, who or self.alice_token, **({"json": body} if body else {}))
        self.assertEqual(response.status_code, 200, response.text)
        return response.json()

    def claim(self, token, who=None, key=None):
        return self.api("POST", "/gifts/claim", who or self.bob_token, key, json={"token": token})

    def test_a_greeting_that_is_held_back(self):
        """The gift goes without its words; staff let them be read later."""
        with patch(f"{TEXT_CHECK}._ask", return_value=("review", 0)) as asked:
            __, token = self.given(greeting="Hm.")
        self.assertEqual(asked.call_args.args[:2], ("Hm.", "social"))
        self.assertIsNone(self.post("/gifts/open", self.bob_token, token=token)["greeting"])
        [check] = self.env["giftcard.text.check"].search([("member_id", "=", self.alice.id)])
        check.action_release()
        self.env.flush_all()
        self.assertEqual(self.post("/gifts/open", self.bob_token, token=token)["greeting"], "Hm.")
        with patch(f"{TEXT_CHECK}._check", side_effect=TextRefused("Not so.")):
            self.assertProblem(self.give(amount="10.00", greeting="Bad"), 422, "text_refused")
        self.assertCard(self.money, 70)

    def test_give_and_claim(self):
        currency = self.env.company.currency_id.name
        gift, token = self.given(greeting="Happy birthday 生日快乐", theme_id=self.theme.id)
        self.assertEqual((gift["role"], gift["state"], gift["card_id"]), ("sent", "offered", self.money.id))
        self.assertEqual(gift["amount"], {"amount": "30.00", "currency": currency})
        self.assertCard(self.money, 70)

        seen = self.post("/gifts/open", self.bob_token, token=token)
        self.assertEqual(
            {name: seen[name] for name in ("giver", "greeting", "state")},
            {"giver": "Alice", "greeting": "Happy birthday 生日快乐", "state": "offered"},
        )
        self.assertEqual(seen["theme"]["name"], "Hearts")
        self.assertNotIn("card_id", seen)

        claimed = self.claim(token)
        self.assertEqual(claimed.status_code, 200, claimed.text)
        got = claimed.json()
        self.assertEqual((got["role"], got["state"], got["recipient"]), ("received", "claimed", "Bob"))
        card = self.get(f"/cards/{got['card_id']}", self.bob_token)
        self.assertEqual(card["available"], {"amount": "30.00", "currency": currency})
        self.assertEqual(card["theme"]["name"], "Hearts")

        self.assertEqual(self.get("/gifts")["items"], [self.get(f"/gifts/{gift['id']}")])
        self.assertEqual(self.get("/gifts")["items"][0]["recipient"], "Bob")
        self.assertEqual([item["role"] for item in self.get("/gifts", self.bob_token)["items"]], ["received"])
        self.assertEqual(self.get("/gifts", role="received")["items"], [])
        self.assertEqual(self.get("/gifts", state="offered")["items"], [])

    def test_the_whole_card(self):
        gift = self.give().json()
        self.assertEqual(gift["amount"]["amount"], "100.00")
        self.assertCard(self.money, 0)

    def test_giving_again_gives_once(self):
        first, again = self.give("give-1234", amount="30"), self.give("give-1234", amount="30")
        self.assertEqual((first.json(), again.headers["Idempotency-Replayed"]), (again.json(), "true"))
        self.assertCard(self.money, 70)
        self.assertProblem(self.give("give-1234", amount="31"), 422, "idempotency_conflict")

    def test_the_token_is_kept_nowhere(self):
        __, token = self.given()
        self.assertFalse(self.env["giftcard.api.request"].search([("body", "like", token)]))

    def test_recall(self):
        gift, token = self.given()
        self.assertEqual(self.post(f"/gifts/{gift['id']}/recall")["state"], "recalled")
        self.assertCard(self.money, 100)
        self.assertProblem(self.claim(token), 409, "gift_recalled")
        response = self.api("POST", f"/gifts/{gift['id']}/link", self.alice_token)
        self.assertProblem(response, 409, "gift_recalled")

    def test_one_claims(self):
        gift, token = self.given()
        carol = self.env["res.partner"].create({"name": "Carol"})
        carol._join("backoffice")
        self.assertEqual(self.claim(token).status_code, 200)
        self.assertEqual(self.claim(token).status_code, 200, "the same member again")
        self.assertProblem(self.claim(token, self.new_token(carol)), 409, "gift_claimed")
        response = self.api("POST", f"/gifts/{gift['id']}/recall", self.alice_token)
        self.assertProblem(response, 409, "gift_claimed")

    def test_a_new_link_kills_the_old_one(self):
        gift, token = self.given()
        newer = self.post(f"/gifts/{gift['id']}/link")
        self.assertIn(newer["token"], newer["url"])
        self.assertProblem(self.claim(token), 404, "gift_not_found")
        self.assertEqual(self.claim(newer["token"]).status_code, 200)

    def test_gifts_return_in_time(self):
        gift, token = self.given()
        self.env["giftcard.gift"].browse(gift["id"]).expires_at = "2020-01-01"
        self.assertEqual(self.post("/gifts/open", self.bob_token, token=token)["state"], "returned")
        self.assertProblem(self.claim(token), 409, "gift_expired")

    def test_refusals(self):
        self.assertProblem(self.give(amount="100.01"), 409, "insufficient_balance")
        for amount in ("0", "-1", "0.001", "x", "1e99"):
            self.assertProblem(self.give(amount=amount), 422, "validation_error")
        self.assertProblem(self.give(greeting="x" * 201), 422, "validation_error")
        self.assertProblem(self.give(theme_id=2**31 - 1), 404, "not_found")
        self.assertProblem(self.give(card_id=self.card.id), 409, "card_not_usable")
        self.assertProblem(self.give(token=self.bob_token), 404, "not_found")
        self.assertProblem(self.claim("x" * 32), 404, "gift_not_found")
        __, token = self.given()
        self.assertProblem(self.claim(token, self.alice_token), 409, "gift_to_self")
        self.money.action_freeze("lost")
        self.assertProblem(self.give(amount="1"), 409, "card_frozen")

    def test_no_rights(self):
        gift, token = self.given()
        carol = self.env["res.partner"].create({"name": "Carol"})
        carol._join("backoffice")
        stranger = self.new_token(carol)
        own = f"/gifts/{gift['id']}"
        for method, path, body in (
            ("POST", "/gifts", {"card_id": self.money.id, "amount": "1"}),
            ("GET", "/gifts", None),
            ("GET", own, None),
            ("POST", f"{own}/link", None),
            ("POST", f"{own}/recall", None),
            ("POST", "/gifts/open", {"token": token}),
            ("POST", "/gifts/claim", {"token": token}),
        ):
            with self.subTest(method=method, path=path):
                self.assertNoRights(method, path, **({"json": body} if body else {}))
        for method, suffix in (("GET", ""), ("POST", "/link"), ("POST", "/recall")):
            response = self.api(method, f"{own}{suffix}", stranger)
            self.assertProblem(response, 404, "not_found")
        self.assertCard(self.money, 70)
