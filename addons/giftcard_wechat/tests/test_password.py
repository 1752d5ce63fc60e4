from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_people import OTHER_PHONE, PHONE, PeopleCase

GOOD = "correct-horse-7"


@tagged("post_install", "-at_install")
class TestPassword(PeopleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As strong as need be for a test.
        cls.env["ir.config_parameter"].set_param("password.hashing.rounds", "1000")

    def set_password(self, password=GOOD, phone=PHONE, code=None):
        body = {"phone": phone, "code": code or self.code(phone, "password"), "password": password}
        return self.api("POST", "/passwords", json=body)

    def log_in_by(self, password, phone=PHONE):
        body = {"provider": "phone_password", "phone": phone, "password": password}
        return self.api("POST", "/sessions", json=body)

    def attempt(self, password, phone=PHONE, ip="203.0.113.9"):
        """As :meth:`log_in_by`, without the savepoint of a request."""

        def by_password(env):
            identities = env["giftcard.identity"]
            subject = identities._subject(
                "phone", env["giftcard.wechat.app"], phone, company=self.env.company.with_env(env)
            )
            return identities._by_password(subject, password, ip)

        return self.refused(by_password)

    def test_register_and_log_in(self):
        response = self.set_password()
        self.assertEqual((response.status_code, response.content), (204, b""))
        session = self.log_in_by(GOOD)
        self.assertEqual(session.status_code, 201, session.text)
        member = self.env["giftcard.identity"].search([("openid", "=", PHONE)]).member_id
        self.assertEqual(session.json()["member"]["number"], member.member_number)
        self.assertEqual(self.log_in(self.code()).json()["member"]["number"], member.member_number)

    def test_wrong_and_unknown_read_the_same(self):
        self.set_password()
        wrong = self.assertProblem(self.log_in_by("wrong-horse-7"), 401, "invalid_credentials")
        unknown = self.assertProblem(self.log_in_by(GOOD, OTHER_PHONE), 401, "invalid_credentials")
        self.assertEqual(wrong, unknown)
        self.log_in(self.code(OTHER_PHONE), OTHER_PHONE)
        # A number without a password too.
        self.assertEqual(self.assertProblem(self.log_in_by(GOOD, OTHER_PHONE), 401, "invalid_credentials"), wrong)

    def test_only_a_hash_is_kept(self):
        self.set_password()
        self.env.cr.execute("SELECT password FROM giftcard_identity WHERE openid = %s", [PHONE])
        [hashed] = self.env.cr.fetchone()
        self.assertTrue(hashed.startswith("$pbkdf2-sha512$"))
        identity = self.env["giftcard.identity"].search([("openid", "=", PHONE)])
        with self.assertRaises(AccessError):
            identity.with_user(self.env.ref("base.user_admin")).read(["password"])

    def test_weak_ones(self):
        code = self.code(purpose="password")
        for password in ("12345678", "abcdefgh", "password1", "Passw0rd123", "aaaaaaa1", "a13800138000", "woaini520"):
            with self.subTest(password=password):
                response = self.set_password(password, code=code)
                self.assertTrue(self.assertProblem(response, 422, "weak_password")["detail"])
        self.assertProblem(self.set_password("short-1", code=code), 422, "validation_error")
        self.assertProblem(self.set_password("x" * 65, code=code), 422, "validation_error")
        # What was refused has used up nothing.
        self.assertEqual(self.set_password(code=code).status_code, 204)

    def test_a_code_for_something_else(self):
        code = self.code()
        self.assertProblem(self.set_password(code=code), 403, "one_time_code_wrong")

    def test_five_wrong_ones(self):
        self.set_password()
        for __ in range(5):
            self.assertEqual(self.attempt("wrong-horse-7"), "invalid_credentials")
        self.assertEqual(self.attempt(GOOD), "too_many_attempts")
        response = self.log_in_by(GOOD)
        self.assertProblem(response, 429, "too_many_attempts")
        self.assertLessEqual(int(response.headers["Retry-After"]), 900)
        # The owner is not locked out.
        self.assertEqual(self.log_in(self.code()).status_code, 201)
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), minutes=16)):
            self.assertIsNone(self.attempt(GOOD))

    def test_right_ones_do_not_count(self):
        self.set_password()
        for __ in range(7):
            self.assertIsNone(self.attempt(GOOD))
        self.assertEqual(
            set(self.env["giftcard.login.attempt"].search([("phone", "=", PHONE)]).mapped("result")), {"accepted"}
        )

    def test_an_address_that_guesses(self):
        for number in range(20):
            self.assertEqual(self.attempt(GOOD, f"+86138001390{number:02d}"), "invalid_credentials")
        self.assertEqual(self.attempt(GOOD, OTHER_PHONE), "too_many_attempts")
        self.assertEqual(self.attempt(GOOD, OTHER_PHONE, "203.0.113.10"), "invalid_credentials")

    def test_another_password_logs_devices_out(self):
        self.set_password()
        token = self.log_in_by(GOOD).json()["access_token"]
        self.assertEqual(self.set_password("another-horse-8").status_code, 204)
        self.assertProblem(self.api("GET", "/me", token), 401, "token_expired")
        self.assertProblem(self.log_in_by(GOOD), 401, "invalid_credentials")
        self.assertEqual(self.log_in_by("another-horse-8").status_code, 201)

    def test_members_who_may_not(self):
        self.set_password()
        member = self.env["giftcard.identity"].search([("openid", "=", PHONE)]).member_id
        for state in ("frozen", "closed"):
            member.member_state = state
            self.assertProblem(self.log_in_by(GOOD), 403, f"member_{state}")
            self.assertProblem(self.set_password("another-horse-8"), 403, f"member_{state}")

    def test_who_sees_attempts(self):
        self.set_password()
        self.log_in_by(GOOD)
        attempts = self.env["giftcard.login.attempt"]
        self.assertTrue(attempts.with_user(self._make_user("auditor_try", "giftcard_points.group_auditor")).search([]))
        with self.assertRaises(AccessError):
            attempts.with_user(self._make_user("plain_try", "base.group_user")).search([])
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), days=91)):
            attempts._gc_old()
        self.assertFalse(attempts.search([("phone", "=", PHONE)]))
