from unittest.mock import patch

from odoo.tests import tagged

from ..api.leases import Leases
from ..models import giftcard_api_rate
from .common import ApiCase

NOW = "odoo.addons.giftcard_wechat.models.giftcard_api_rate.time.time"
MINUTE = 60 * 10**9
LOGIN = {"provider": "wechat_miniprogram", "code": "c0de"}


@tagged("post_install", "-at_install")
class TestRate(ApiCase):
    def setUp(self):
        super().setUp()
        self.patch(giftcard_api_rate, "_leases", Leases())

    def limit(self, kind, calls):
        self.env["ir.config_parameter"].set_param(f"giftcard_wechat.rate_{kind}", str(calls))

    def test_session(self):
        self.limit("session", 3)
        with patch(NOW, return_value=MINUTE):
            for __ in range(3):
                self.get("/me")
            response = self.api("GET", "/me", self.alice_token)
            self.assertProblem(response, 429, "rate_limited")
            self.assertEqual(response.headers["Retry-After"], "60")
            # Others are not concerned, nor is the next minute.
            self.get("/me", self.bob_token)
        with patch(NOW, return_value=MINUTE + 59):
            self.assertEqual(self.api("GET", "/me", self.alice_token).headers["Retry-After"], "1")
        with patch(NOW, return_value=MINUTE + 60):
            self.get("/me")

    def test_login(self):
        self.limit("login", 2)
        with patch(NOW, return_value=MINUTE):
            for __ in range(2):
                self.assertEqual(self.login().status_code, 201)
            with self.wechat({"errcode": 40029}) as calls:
                response = self.api("POST", "/sessions", json=LOGIN)
            self.assertProblem(response, 429, "rate_limited")
            self.assertFalse(calls, "a refused call asks WeChat nothing")
            self.get("/me")

    def test_processes_share_the_limit(self):
        """Two processes lease from one count: together they never take more."""
        self.limit("session", 100)
        rate = self.env["giftcard.api.rate"]
        processes = [Leases(), Leases()]
        taken = 0
        with self.enter_registry_test_mode(), patch(NOW, return_value=MINUTE):
            for turn in range(300):
                with patch.object(giftcard_api_rate, "_leases", processes[turn % 2]):
                    try:
                        rate._take("session", "x")
                        taken += 1
                    except Exception as error:  # noqa: BLE001
                        self.assertEqual(error.code, 429)
        self.assertEqual(taken, 100)

    def test_few_queries(self):
        self.limit("session", 1000)
        rate = self.env["giftcard.api.rate"]
        with self.enter_registry_test_mode(), patch(NOW, return_value=MINUTE):
            rate._take("session", "x")
            with self.assertQueryCount(0):
                for __ in range(49):
                    rate._take("session", "x")

    def test_nonsense_is_no_limit(self):
        self.env["ir.config_parameter"].set_param("giftcard_wechat.rate_session", "many")
        self.get("/me")
