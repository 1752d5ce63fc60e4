from unittest.mock import patch

import requests

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..api.problems import Problem
from .common_people import PeopleCase

APP = "odoo.addons.giftcard_wechat.models.wechat.giftcard_wechat_app_identity.GiftcardWechatApp"


@tagged("post_install", "-at_install")
class TestProviders(PeopleCase):
    """Official account, WeChat's phone number, QQ."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.official = cls.env["giftcard.wechat.app"].create(
            {"name": "Account", "appid": "wx-oa", "secret": "s", "kind": "official"}
        )
        cls.qq = cls.env["giftcard.qq.app"].create({"name": "QQ", "appid": "1109", "secret": "qq-s3cret"})

    def session(self, provider, code="c0de", **body):
        return self.api("POST", "/sessions", json={"provider": provider, "code": code, **body})

    def qq_answers(self, answer, status=200):
        response = requests.Response()
        response.status_code = status
        response._content = answer if isinstance(answer, bytes) else requests.compat.json.dumps(answer).encode()
        return patch("odoo.addons.giftcard_wechat.models.people.giftcard_qq_app.requests.get", return_value=response)

    def test_official_account(self):
        user = {"openid": "oa-1", "unionid": "u-9", "name": None}
        with patch(f"{APP}._oauth", return_value=user) as asked:
            response = self.session("wechat_official")
        self.assertEqual(response.status_code, 201, response.text)
        self.assertEqual(asked.call_args.args[-1], "c0de")
        identity = self.env["giftcard.identity"].search([("openid", "=", "oa-1")])
        self.assertEqual(
            (identity.provider, identity.app_id, identity.unionid), ("wechat_official", self.official, "u-9")
        )
        # The same person in the mini program.
        self.assertEqual(
            self.login("o-9", unionid="u-9").json()["member"]["number"], response.json()["member"]["number"]
        )

    def test_a_snapshot_is_nobody(self):
        with patch(f"{APP}._oauth", side_effect=Problem("login_refused")):
            self.assertProblem(self.session("wechat_official"), 403, "login_refused")
            response = self.api(
                "POST",
                "/me/identities",
                self.alice_token,
                json={"proof": {"provider": "wechat_official", "code": "c"}},
            )
            self.assertProblem(response, 403, "login_refused")
        self.assertFalse(self.official.identity_ids)

    def test_the_number_that_wechat_knows(self):
        with patch(f"{APP}._phone_number", return_value="+8613800138000"):
            first = self.session("wechat_phone")
            self.assertEqual(first.status_code, 201, first.text)
        second = self.log_in(self.code())
        self.assertEqual(first.json()["member"]["number"], second.json()["member"]["number"])

    def test_kinds_of_apps_are_not_mixed(self):
        with patch(f"{APP}._oauth", return_value={"openid": "o", "unionid": None, "name": None}):
            self.assertProblem(self.session("wechat_official", appid="wx1"), 422, "validation_error")

    def test_qq(self):
        with self.qq_answers({"openid": "q-1", "session_key": "k3y", "errcode": 0}) as asked:
            response = self.session("qq_miniprogram")
        self.assertEqual(response.status_code, 201, response.text)
        self.assertNotIn("k3y", response.text)
        self.assertEqual(asked.call_args.args, ("https://api.q.qq.com/sns/jscode2session",))
        self.assertEqual(
            asked.call_args.kwargs["params"],
            {"appid": "1109", "secret": "qq-s3cret", "js_code": "c0de", "grant_type": "authorization_code"},
        )
        identity = self.env["giftcard.identity"].search([("openid", "=", "q-1")])
        self.assertEqual((identity.provider, identity.qq_app_id), ("qq_miniprogram", self.qq))
        with self.qq_answers({"openid": "q-1"}):
            again = self.session("qq_miniprogram").json()
        self.assertEqual(again["member"]["number"], response.json()["member"]["number"])

    @mute_logger("odoo.addons.giftcard_wechat.models.people.giftcard_qq_app")
    def test_qq_errors(self):
        for errcode, status, code in (
            (40029, 401, "invalid_login_code"),
            (40226, 403, "login_refused"),
            (45011, 429, "rate_limited"),
            (-1, 503, "provider_unavailable"),
            (40125, 503, "provider_unavailable"),
        ):
            with self.subTest(errcode=errcode), self.qq_answers({"errcode": errcode, "errmsg": "…"}):
                self.assertProblem(self.session("qq_miniprogram"), status, code)
        for answer, status in ((b"<html>", 200), (b"<html>", 502), ([], 200), ({}, 200)):
            with self.qq_answers(answer, status):
                self.assertProblem(self.session("qq_miniprogram"), 503, "provider_unavailable")
        self.qq.secret = False
        with self.qq_answers({"openid": "q-2"}) as asked:
            self.assertProblem(self.session("qq_miniprogram"), 503, "provider_unavailable")
        self.assertFalse(asked.called)

    def test_qq_and_wechat_do_not_share_a_unionid(self):
        first = self.login("o-1", unionid="same").json()["member"]["number"]
        with self.qq_answers({"openid": "q-1", "unionid": "same"}):
            self.assertNotEqual(self.session("qq_miniprogram").json()["member"]["number"], first)
