from unittest.mock import patch

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.giftcard_pickup import exceptions as pickup_exceptions
from odoo.addons.giftcard_points import exceptions as points_exceptions

from ..api.endpoint import MAX_BODY
from ..api.problems import PROBLEM_TYPES, Problem, as_problem
from .common import ApiCase


@tagged("post_install", "-at_install")
class TestProblems(ApiCase):
    def test_unknown_paths(self):
        paths = ("", "/", "/x", "/me/x", "/cards/0", "/cards/-1", "/cards/x", f"/cards/{2**31}", "/cards/1/x", "/é")
        for path in paths:
            with self.subTest(path=path):
                self.assertProblem(self.api("GET", path, self.alice_token), 404, "not_found")

    def test_parameters_out_of_range(self):
        for method in ("PUT", "DELETE"):
            for number in ("0", "-1", str(2**31), "x"):
                response = self.api(method, f"/favourites/{number}", self.alice_token, key="range-key")
                self.assertProblem(response, 404, "not_found")

    def test_wrong_methods(self):
        response = self.api("PUT", "/me", self.alice_token, json={})
        self.assertProblem(response, 405, "method_not_allowed")
        self.assertEqual(response.headers["Allow"], "GET, PATCH")
        response = self.api("PATCH", "/redemptions", self.alice_token, json={})
        self.assertProblem(response, 405, "method_not_allowed")
        self.assertEqual(response.headers["Allow"], "GET, POST")
        for path in ("/redemptions", "/sessions"):
            # Odoo lets OPTIONS through to each route; nothing may happen by it.
            response = self.api("OPTIONS", path, self.alice_token, key="options-key", json={})
            self.assertProblem(response, 405, "method_not_allowed")
        self.assertEqual(self.api("HEAD", "/me", self.alice_token).status_code, 200)

    def test_bodies(self):
        def post(data, content_type="application/json", **headers):
            return self.api(
                "POST",
                "/redemptions",
                self.alice_token,
                data=data,
                headers={"Content-Type": content_type, **headers},
            )

        for garbage in (b"", b"{", b"\xff\xfe", b"[1,", b"nul", b"{} {}", b"[" * 20000):
            with self.subTest(garbage=garbage[:10]):
                self.assertProblem(post(garbage), 400, "invalid_json")
        for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"):
            self.assertProblem(post(b"{}", content_type), 415, "unsupported_media_type")
        self.assertProblem(post(b" " * (MAX_BODY + 1)), 413, "body_too_large")
        self.assertProblem(post(b" " * MAX_BODY), 400, "invalid_json")
        self.assertProblem(post(iter([b"{}"])), 411, "length_required")
        for number in (b"1e400", b"NaN", b"1" * 5000):
            response = post(b'{"store_id": %s, "lines": []}' % number)
            self.assertIn(response.status_code, (400, 422), response.text)

    def test_idempotency_keys(self):
        body = {"store_id": 1, "lines": [{"reward_id": 1, "quantity": 1}]}
        self.assertProblem(
            self.api("POST", "/redemptions", self.alice_token, key="", json=body), 428, "idempotency_key_required"
        )
        for key in ("short", "x" * 65, "with blank", "schlüssel".encode()):
            response = self.api("POST", "/redemptions", self.alice_token, key=key, json=body)
            self.assertProblem(response, 422, "validation_error")

    def test_language(self):
        english = self.api("GET", "/me").json()
        chinese = self.api("GET", "/me", headers={"Accept-Language": "zh-CN,zh;q=0.9"}).json()
        self.assertEqual(english["title"], "Log in first.")
        self.assertEqual(chinese["title"], "请先登录。")
        self.assertEqual(english["code"], chinese["code"])
        other = self.api("GET", "/me", headers={"Accept-Language": "tlh, xx-yy-zz;q=0.5, ;;;"}).json()
        self.assertEqual(other["title"], english["title"])

    def test_details_in_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        body = {"store_id": 2**31 - 1, "lines": [{"reward_id": self.reward.id, "quantity": 1}]}
        response = self.api("POST", "/redemptions", self.alice_token, json=body, headers={"Accept-Language": "zh-CN"})
        self.assertEqual(self.assertProblem(response, 409, "store_not_available")["detail"], "该门店不存在。")

    def test_nothing_of_the_inside_is_told(self):
        service = type(self.env["giftcard.api.member"])
        for error, status, code in (
            (ZeroDivisionError("secret"), 500, "internal_error"),
            (AccessError("secret"), 404, "not_found"),
            (MissingError("secret"), 404, "not_found"),
        ):
            with (
                patch.object(service, "_profile", side_effect=error),
                mute_logger("odoo.http", "odoo.addons.base.models.ir_http"),
            ):
                response = self.api("GET", "/me", self.alice_token)
            self.assertProblem(response, status, code)
            self.assertNotIn("secret", response.text)
            self.assertNotIn("Traceback", response.text)

    def test_conflicts_are_retried_then_told(self):
        # Serialization failure and deadlock.
        for sqlstate in ("40001", "40P01"):
            calls = []

            def conflict(service, calls=calls, sqlstate=sqlstate):
                calls.append(service)
                service.env.cr.execute(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{sqlstate}'; END $$")

            with (
                patch.object(type(self.env["giftcard.api.member"]), "_profile", conflict),
                patch("odoo.service.model.time.sleep"),
                mute_logger("odoo.http", "odoo.service.model", "odoo.sql_db"),
            ):
                response = self.api("GET", "/me", self.alice_token)
            self.assertEqual(len(calls), 5)
            self.assertProblem(response, 503, "busy")
            self.assertEqual(response.headers["Retry-After"], "1")

    def test_the_registry_knows_every_refusal(self):
        for module in (points_exceptions, pickup_exceptions):
            for error in vars(module).values():
                if isinstance(error, type) and issubclass(error, points_exceptions.LedgerError):
                    self.assertIn(error.code, PROBLEM_TYPES)
                    self.assertEqual(as_problem(error("…")).type.code, error.code)

    def test_refusals_of_others(self):
        problem = as_problem(UserError("No."))
        self.assertEqual((problem.type.code, problem.code, problem.description), ("refused", 409, "No."))

        class Odd(UserError):
            code = "not in the list"

        self.assertEqual(as_problem(Odd("No.")).type.code, "refused")

    def test_headers(self):
        for response in (self.api("GET", "/me", self.alice_token), self.api("GET", "/me")):
            self.assertEqual(response.headers["Cache-Control"], "no-store")
            self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
            self.assertNotIn("Set-Cookie", response.headers)
        self.assertEqual(self.api("GET", "/me").headers["WWW-Authenticate"], "Bearer")

    def test_document(self):
        problem = Problem("rate_limited", "Slow.", errors=[{"pointer": "x", "detail": "y"}], available=3)
        self.assertEqual(
            problem.as_dict("en_US", "/base"),
            {
                "type": "/base/docs#rate_limited",
                "title": "Too many requests.",
                "status": 429,
                "code": "rate_limited",
                "detail": "Slow.",
                "available": 3,
                "errors": [{"pointer": "x", "detail": "y"}],
            },
        )
