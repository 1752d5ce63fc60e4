from unittest.mock import patch

from odoo.tests import tagged

from ..api.leases import Leases
from ..api.problems import Problem
from ..controllers.goods_card import GoodsCardController
from ..models import giftcard_api_rate
from .common import ApiCase
from .test_rate import MINUTE, NOW

ORIGIN = "https://m.example.com"


@tagged("post_install", "-at_install")
class TestValidators(ApiCase):
    def test_what_has_not_changed_is_not_sent_again(self):
        for path in ("/rewards", f"/rewards/{self.reward.id}", "/rewards/categories", "/stores"):
            with self.subTest(path=path):
                first = self.api("GET", path, self.alice_token)
                self.assertEqual(first.headers["Cache-Control"], "private, no-cache")
                self.assertIn("Authorization", first.headers["Vary"])
                headers = {"If-None-Match": first.headers["ETag"]}
                again = self.api("GET", path, self.alice_token, headers=headers)
                self.assertEqual((again.status_code, again.content), (304, b""), again.text)
                self.assertEqual(again.headers["ETag"], first.headers["ETag"])
                other = self.api("GET", path, self.alice_token, headers={"If-None-Match": 'W/"other"'})
                self.assertEqual((other.status_code, other.text), (200, first.text))

    def test_what_has_changed_is(self):
        path = f"/rewards/{self.reward.id}"
        headers = {"If-None-Match": self.api("GET", path, self.alice_token).headers["ETag"]}
        bob = self.api("GET", path, self.bob_token, headers=headers)
        self.assertEqual((bob.status_code, bob.json()["affordable"]), (200, False))
        self.submit(1)
        stock = self.api("GET", path, self.alice_token, headers=headers)
        self.assertEqual((stock.status_code, stock.json()["available"]), (200, 2))

    def test_a_tag_is_no_right(self):
        headers = {"If-None-Match": self.api("GET", "/rewards", self.alice_token).headers["ETag"]}
        self.assertProblem(self.api("GET", "/rewards", headers=headers), 401, "unauthenticated")

    def test_what_is_the_members_own_is_not_kept(self):
        response = self.api("GET", "/me", self.alice_token)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertNotIn("ETag", response.headers)


@tagged("post_install", "-at_install")
class TestCors(ApiCase):
    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("giftcard_wechat.h5_origin", ORIGIN)

    def preflight(self, path, origin=ORIGIN):
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        return self.api("OPTIONS", path, headers=headers)

    def test_the_configured_page_may_call(self):
        for path in ("/redemptions", "/sessions", f"/favourites/{self.reward.id}"):
            answer = self.preflight(path)
            self.assertEqual((answer.status_code, answer.content), (204, b""))
            self.assertEqual(answer.headers["Access-Control-Allow-Origin"], ORIGIN)
            self.assertIn("Idempotency-Key", answer.headers["Access-Control-Allow-Headers"])
            self.assertIn("PUT", answer.headers["Access-Control-Allow-Methods"])
        answer = self.api("GET", "/me", self.alice_token, headers={"Origin": ORIGIN})
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], ORIGIN)
        self.assertIn("Retry-After", answer.headers["Access-Control-Expose-Headers"])
        self.assertNotIn("Access-Control-Allow-Credentials", answer.headers)

    def test_it_may_read_refusals_too(self):
        for path, status in (("/me", 401), ("/nowhere", 404)):
            refused = self.api("GET", path, headers={"Origin": ORIGIN})
            self.assertEqual(refused.status_code, status)
            self.assertEqual(refused.headers["Access-Control-Allow-Origin"], ORIGIN)

    def test_others_may_not(self):
        for origin in ("https://evil.example", f"{ORIGIN}.evil.example", ORIGIN.replace("https", "http"), "null", "*"):
            with self.subTest(origin=origin):
                refused = self.preflight("/redemptions", origin)
                self.assertProblem(refused, 405, "method_not_allowed")
                self.assertNotIn("Access-Control-Allow-Origin", refused.headers)
                answer = self.api("GET", "/me", self.alice_token, headers={"Origin": origin})
                self.assertEqual(answer.status_code, 200)
                self.assertNotIn("Access-Control-Allow-Origin", answer.headers)
                self.assertIn("Origin", answer.headers["Vary"])

    def test_none_is_configured(self):
        self.env["ir.config_parameter"].set_param("giftcard_wechat.h5_origin", "")
        for origin in (ORIGIN, "", "null"):
            self.assertNotIn("Access-Control-Allow-Origin", self.preflight("/me", origin).headers)


@tagged("post_install", "-at_install")
class TestClasses(ApiCase):
    """Limits beside that of the session: of the member, the address, and of classes of calls."""

    def setUp(self):
        super().setUp()
        self.patch(giftcard_api_rate, "_leases", Leases())

    def limit(self, **limits):
        for kind, calls in limits.items():
            self.env["ir.config_parameter"].set_param(f"giftcard_wechat.rate_{kind}", str(calls))

    def test_a_member_is_limited_on_all_devices_together(self):
        self.limit(member=2)
        other_phone = self.new_token(self.alice)
        with patch(NOW, return_value=MINUTE):
            self.get("/me")
            self.get("/me", other_phone)
            self.assertProblem(self.api("GET", "/me", other_phone), 429, "rate_limited")
            self.get("/me", self.bob_token)

    def test_an_address_that_tries_tokens_is_stopped(self):
        self.limit(address=3)
        with patch(NOW, return_value=MINUTE):
            for number in range(3):
                self.assertProblem(self.api("GET", "/me", f"guess-{number}"), 401, "unauthenticated")
            refused = self.assertProblem(self.api("GET", "/me", self.alice_token), 429, "rate_limited")
            self.assertTrue(refused["title"])

    def test_writes(self):
        self.limit(write=1)

        def keep(number):
            return self.api("PUT", f"/favourites/{self.reward.id}", self.alice_token, key=f"write-key-{number}")

        with patch(NOW, return_value=MINUTE):
            self.assertEqual(keep(1).status_code, 200)
            refused = keep(2)
            self.assertProblem(refused, 429, "rate_limited")
            self.assertEqual(refused.headers["Retry-After"], "60")
            self.get("/me")

    def test_guessing(self):
        """A refused call is rolled back, what it has counted is not; in tests both share a transaction."""
        self.limit(guess=2, guess_address=3)
        claim = GoodsCardController.claim.original_routing["operation"]

        def guess(member):
            rates = self.env["giftcard.api.rate"].with_context(giftcard_member_id=member.id)
            rates._take_for(claim, "192.0.2.1")

        with self.enter_registry_test_mode(), patch(NOW, return_value=MINUTE):
            for __ in range(2):
                guess(self.alice)
            self.assertRaises(Problem, guess, self.alice)
            # From one address all accounts together.
            guess(self.bob)
            self.assertRaises(Problem, guess, self.bob)
