import requests

from odoo.tests import tagged

from .common import ApiCase

LOGIN = {"provider": "wechat_miniprogram", "code": "c0de"}


@tagged("post_install", "-at_install")
class TestSession(ApiCase):
    def test_first_login_makes_a_member(self):
        with self.wechat({"openid": "o-new", "session_key": "k3y", "unionid": "u-new"}) as calls:
            response = self.api("POST", "/sessions", json=LOGIN, headers={"User-Agent": "MicroMessenger/8.0"})
        self.assertEqual(response.status_code, 201, response.text)
        session = response.json()
        self.assertNotIn("k3y", response.text)
        self.assertEqual(
            calls,
            [
                "https://api.weixin.qq.com/sns/jscode2session"
                "?appid=wx1&secret=s3cret&js_code=c0de&grant_type=authorization_code"
            ],
        )
        identity = self.env["giftcard.identity"].search([("openid", "=", "o-new")])
        member = identity.member_id
        self.assertEqual(identity.unionid, "u-new")
        self.assertEqual((member.member_state, member.member_channel), ("active", "miniprogram"))
        self.assertEqual(session["member"]["number"], member.member_number)
        self.assertEqual(self.get("/me", session["access_token"]), session["member"])
        record = self.token_record(session["access_token"])
        self.assertEqual((record.device, record.member_id), ("MicroMessenger/8.0", member))
        self.env.cr.execute("SELECT * FROM giftcard_api_token WHERE id = %s", [record.id])
        self.assertNotIn(session["access_token"], str(self.env.cr.fetchall()))

    def test_second_login_is_the_same_member(self):
        first, second = self.login().json(), self.login().json()
        self.assertEqual(first["member"]["number"], second["member"]["number"])
        self.assertNotEqual(first["access_token"], second["access_token"])
        self.get("/me", first["access_token"])

    def test_one_person_in_two_apps_has_two_identities(self):
        other = self.env["giftcard.wechat.app"].create({"name": "Other", "appid": "wx2", "secret": "s"})
        response = self.api("POST", "/sessions", json=LOGIN)
        self.assertEqual(self.assertProblem(response, 422, "validation_error")["errors"][0]["pointer"], "#/appid")
        with self.wechat({"openid": "o-1", "session_key": "k"}) as calls:
            response = self.api("POST", "/sessions", json={**LOGIN, "appid": "wx2"})
        self.assertEqual(response.status_code, 201)
        self.assertIn("appid=wx2&", calls[0])
        self.assertEqual(other.identity_ids.openid, "o-1")
        response = self.api("POST", "/sessions", json={**LOGIN, "appid": "wx3"})
        self.assertProblem(response, 422, "validation_error")

    def test_wechat_errors(self):
        for errcode, status, code in (
            (40029, 401, "invalid_login_code"),
            (40163, 401, "invalid_login_code"),
            (40226, 403, "login_refused"),
            (45011, 429, "rate_limited"),
            (-1, 503, "provider_unavailable"),
        ):
            with self.subTest(errcode=errcode), self.wechat({"errcode": errcode, "errmsg": "…"}):
                if errcode == -1:
                    with self.assertLogs("odoo.addons.giftcard_wechat", "ERROR"):
                        response = self.api("POST", "/sessions", json=LOGIN)
                else:
                    response = self.api("POST", "/sessions", json=LOGIN)
                self.assertProblem(response, status, code)
                self.assertEqual("Retry-After" in response.headers, status in (429, 503))

    def test_wechat_silent(self):
        for wechat in (
            {"error": requests.Timeout("…secret=s3cret…")},
            {"error": requests.ConnectionError("…secret=s3cret…")},
            {"answer": b"<html>", "status": 502},
            {"answer": b"<html>"},
        ):
            with self.wechat(**wechat), self.assertLogs("odoo.addons.giftcard_wechat", "WARNING") as logs:
                response = self.api("POST", "/sessions", json=LOGIN)
            self.assertProblem(response, 503, "provider_unavailable")
            self.assertNotIn("s3cret", f"{response.text} {logs.output}")

    def test_wechat_nonsense(self):
        for answer in ([], {}, {"errcode": 0}, "ok"):
            with self.wechat(answer), self.assertLogs("odoo.addons.giftcard_wechat", "ERROR"):
                self.assertProblem(self.api("POST", "/sessions", json=LOGIN), 503, "provider_unavailable")

    def test_an_app_without_a_secret_asks_nothing(self):
        self.app.secret = False
        with self.wechat({}) as calls, self.assertLogs("odoo.addons.giftcard_wechat", "ERROR"):
            self.assertProblem(self.api("POST", "/sessions", json=LOGIN), 503, "provider_unavailable")
        self.assertFalse(calls)

    def test_a_member_who_may_not(self):
        self.login()
        member = self.env["giftcard.identity"].search([("openid", "=", "o-new")]).member_id
        sessions = len(member.giftcard_token_ids)
        for state in ("frozen", "closed"):
            member.member_state = state
            self.assertProblem(self.login(), 403, f"member_{state}")
        self.assertEqual(len(member.giftcard_token_ids), sessions)

    def test_pointers_name_the_body(self):
        response = self.api("POST", "/sessions", json={"provider": "wechat_miniprogram", "code": ""})
        self.assertEqual(self.assertProblem(response, 422, "validation_error")["errors"][0]["pointer"], "#/code")
        response = self.api("POST", "/sessions", json={"provider": "wechat_miniprogram"})
        self.assertEqual(self.assertProblem(response, 422, "validation_error")["errors"][0]["pointer"], "#/code")

    def test_body(self):
        for body in (
            {},
            {"provider": "carrier_pigeon", "code": "c"},
            {"provider": "wechat_miniprogram", "code": ""},
            {"provider": "wechat_miniprogram", "code": "a\x00b"},
            {"provider": "wechat_miniprogram", "code": 7},
            {**LOGIN, "member_id": self.alice.id},
        ):
            with self.subTest(body=body):
                self.assertProblem(self.api("POST", "/sessions", json=body), 422, "validation_error")

    def test_logout(self):
        other = self.new_token(self.alice)
        response = self.api("DELETE", "/sessions/current", self.alice_token)
        self.assertEqual((response.status_code, response.content), (204, b""))
        self.assertProblem(self.api("GET", "/me", self.alice_token), 401, "token_expired")
        self.get("/me", other)
        self.get("/me", self.bob_token)

    def test_logout_no_rights(self):
        self.assertNoRights("DELETE", "/sessions/current")
