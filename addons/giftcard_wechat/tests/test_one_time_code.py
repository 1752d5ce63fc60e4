from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..exceptions import SmsRefused, SmsUnavailable
from .common_people import PHONE, PeopleCase

NOW = "2030-01-01 12:00:00"
GATEWAY = "odoo.addons.giftcard_wechat.models.people.giftcard_sms_gateway.GiftcardSmsGateway._send_code"


@tagged("post_install", "-at_install")
class TestOneTimeCode(PeopleCase):
    def wrong(self, code):
        return "000000" if code != "000000" else "000001"

    def redeem(self, code, phone=PHONE, purpose="login"):
        return self.refused(lambda env: env["giftcard.one.time.code"]._redeem(self.env.company, phone, purpose, code))

    def test_log_in(self):
        code = self.code()
        self.assertRegex(code, "^[0-9]{6}$")
        session = self.log_in(code)
        self.assertEqual(session.status_code, 201, session.text)
        identity = self.env["giftcard.identity"].search([("openid", "=", PHONE)])
        self.assertEqual((identity.provider, identity.company_id), ("phone", self.env.company))
        self.assertEqual(identity.member_id.phone, PHONE)
        self.assertEqual(session.json()["member"]["number"], identity.member_id.member_number)
        self.get("/me", session.json()["access_token"])

    def test_the_same_member_without_the_country(self):
        first = self.log_in(self.code()).json()["member"]["number"]
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), minutes=2)):
            second = self.log_in(self.code("13800138000"), "13800138000").json()["member"]["number"]
        self.assertEqual(first, second)

    def test_one_use(self):
        code = self.code()
        self.assertEqual(self.log_in(code).status_code, 201)
        self.assertProblem(self.log_in(code), 403, "one_time_code_wrong")

    def test_a_wrong_code(self):
        code = self.code()
        self.assertProblem(self.log_in(self.wrong(code)), 403, "one_time_code_wrong")
        self.assertProblem(self.log_in(code, "+8613900139000"), 403, "one_time_code_wrong")
        self.assertFalse(self.env["giftcard.identity"].search([("openid", "=", PHONE)]))

    def test_five_tries(self):
        code = self.code()
        for __ in range(5):
            self.assertEqual(self.redeem(self.wrong(code)), "one_time_code_wrong")
        self.assertEqual(self.redeem(code), "one_time_code_wrong")
        self.env.invalidate_all()
        self.assertEqual(self.codes.search([], limit=1).tries, 5)

    def test_five_minutes(self):
        with freeze_time(NOW):
            code = self.code()
        with freeze_time("2030-01-01 12:05:00"):
            self.assertEqual(self.redeem(code), "one_time_code_wrong")
        with freeze_time("2030-01-01 12:04:59"):
            self.assertIsNone(self.redeem(code))

    def test_the_last_one_is_good(self):
        with freeze_time(NOW):
            first = self.code()
        with freeze_time("2030-01-01 12:01:30"):
            second = self.code()
            if first != second:
                self.assertEqual(self.redeem(first), "one_time_code_wrong")
            self.assertIsNone(self.redeem(second))

    def test_one_purpose(self):
        self.assertEqual(self.redeem(self.code(purpose="password")), "one_time_code_wrong")

    def test_only_a_hash_is_kept(self):
        self.gateway.write({"kind": "odoo"})
        with patch(GATEWAY, return_value="ref") as sent:
            self.assertEqual(self.send().status_code, 202)
        [phone, code] = sent.call_args.args
        self.assertEqual(phone, PHONE)
        self.env.cr.execute("SELECT * FROM giftcard_one_time_code")
        rows = str(self.env.cr.fetchall())
        self.assertNotIn(code, rows.replace("+8613800138000", ""))
        record = self.codes.search([], limit=1)
        self.assertEqual((record.state, record.reference, record.shown), ("sent", "ref", False))
        self.assertEqual(self.log_in(code).status_code, 201)

    def test_limits_of_a_number(self):
        with freeze_time(NOW) as clock:
            self.assertEqual(self.send().status_code, 202)
            response = self.send()
            self.assertProblem(response, 429, "too_many_attempts")
            self.assertLessEqual(int(response.headers["Retry-After"]), 61)
            for __ in range(4):
                clock.tick(61)
                self.assertEqual(self.send().status_code, 202)
            clock.tick(61)
            self.assertProblem(self.send(), 429, "too_many_attempts")
            self.assertEqual(self.send("+8613900139000").status_code, 202)
            clock.tick(3600)
            self.assertEqual(self.send().status_code, 202)

    def test_limits_of_an_address(self):
        with freeze_time(NOW):
            for number in range(30):
                self.assertEqual(self.send(f"+86138001380{number:02d}").status_code, 202)
            self.assertProblem(self.send("+8613900139000"), 429, "too_many_attempts")

    def test_the_answer_tells_nothing_of_the_number(self):
        self.alice.phone = PHONE
        known, unknown = self.send(), self.send("+8613900139000")
        self.assertEqual((known.status_code, known.json()), (unknown.status_code, unknown.json()))

    def test_who_left_the_number_in_a_shop(self):
        member = self.env["res.partner"].create({"name": "Carol", "phone": "138 0013-8000"})
        member._join("pos")
        session = self.log_in(self.code()).json()
        self.assertEqual(session["member"]["number"], member.member_number)
        # Who has a way to log in is not found by a number that somebody typed.
        self.alice.phone = "+8613900139000"
        session = self.log_in(self.code("+8613900139000"), "+8613900139000").json()
        self.assertNotEqual(session["member"]["number"], self.alice.member_number)

    def test_a_number_of_two_members(self):
        for name in ("Carol", "Dave"):
            self.env["res.partner"].create({"name": name, "phone": PHONE})._join("pos")
        self.log_in(self.code())
        self.assertNotIn(
            self.env["giftcard.identity"].search([("openid", "=", PHONE)]).member_id.name, ("Carol", "Dave")
        )

    def test_numbers(self):
        for phone in ("", "1380013800", "+0613800138000", "008613800138000", "+86 13800138000", "abc"):
            self.assertProblem(self.send(phone), 422, "validation_error")
        self.assertProblem(self.send(purpose="fun"), 422, "validation_error")

    def test_gateways_that_fail(self):
        for error, status, code in (
            (SmsRefused("No"), 409, "sms_refused"),
            (SmsUnavailable("?"), 503, "sms_unavailable"),
        ):
            with patch(GATEWAY, side_effect=error):
                self.assertProblem(self.send(), status, code)
        self.env.company.giftcard_sms_gateway_id = False
        with self.assertLogs("odoo.addons.giftcard_wechat", "ERROR"):
            self.assertProblem(self.send("+8613900139001"), 503, "sms_unavailable")

    def test_a_failure_is_noted(self):
        with patch(GATEWAY, side_effect=SmsRefused("Aliyun: isv.MOBILE_NUMBER_ILLEGAL")):
            code = self.refused(
                lambda env: env["giftcard.one.time.code"]._issue(self.env.company, PHONE, "login", "127.0.0.1")
            )
        self.assertEqual(code, "sms_refused")
        self.env.invalidate_all()
        record = self.codes.search([], limit=1)
        self.assertEqual((record.state, record.error), ("failed", "Aliyun: isv.MOBILE_NUMBER_ILLEGAL"))

    def test_who_sees_codes(self):
        self.code()
        record = self.codes.search([], limit=1)
        auditor = self._make_user("auditor_code", "giftcard_points.group_auditor")
        self.assertEqual(record.with_user(auditor).state, "sent")
        for name in ("shown", "digest"):
            with self.assertRaises(AccessError):
                record.with_user(auditor)[name]
        with self.assertRaises(AccessError):
            self.gateway.with_user(auditor).secret  # noqa: B018
        with self.assertRaises(AccessError):
            self.codes.with_user(self._make_user("plain_code", "base.group_user")).search([])

    def test_several_companies(self):
        other = self.env["res.company"].create({"name": "Other", "giftcard_sms_gateway_id": self.gateway.id})
        self.env["giftcard.wechat.app"].create({"name": "Other", "appid": "wx2", "secret": "s", "company_id": other.id})
        self.assertEqual(self.assertProblem(self.send(), 422, "validation_error")["errors"][0]["pointer"], "#/appid")
        code = self.code(appid="wx2")
        self.assertEqual(self.codes.search([], limit=1).company_id, other)
        body = {"provider": "phone_code", "phone": PHONE, "code": code}
        self.assertProblem(self.api("POST", "/sessions", json={**body, "appid": "wx1"}), 403, "one_time_code_wrong")
        self.assertEqual(self.api("POST", "/sessions", json={**body, "appid": "wx2"}).status_code, 201)

    def test_old_codes_are_forgotten(self):
        with freeze_time(NOW):
            self.code()
        with freeze_time("2030-02-01"):
            self.codes._gc_old()
        self.assertFalse(self.codes.search([("phone", "=", PHONE)]))
