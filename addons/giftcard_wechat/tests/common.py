from contextlib import contextmanager
from unittest.mock import patch

import requests
from werkzeug.exceptions import HTTPException

from odoo.exceptions import UserError
from odoo.tests import HttpCase

from odoo.addons.giftcard_pickup.tests.common import PickupCase

from ..api.endpoint import PREFIX
from ..api.problems import as_problem

TEXT_CHECK = "odoo.addons.giftcard_wechat.models.wechat.giftcard_text_check.GiftcardTextCheck"


class ApiCase(PickupCase, HttpCase):
    """Members' phones against a running server: Alice has 100 points, Bob has none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Limits are tested where they are the matter.
        for kind in ("login", "session", "address", "member", "write", "guess", "guess_address"):
            cls.env["ir.config_parameter"].set_param(f"giftcard_wechat.rate_{kind}", "0")
        # WeChat finds nothing wrong with what members write, unless a test says so.
        cls.startClassPatcher(patch(f"{TEXT_CHECK}._ask", return_value=("pass", 0)))
        cls.env["giftcard.wechat.app"].search([]).active = False
        cls.app = cls.env["giftcard.wechat.app"].create({"name": "Mall", "appid": "wx1", "secret": "s3cret"})
        cls.alice_token = cls.new_token(cls.alice)
        cls.bob_token = cls.new_token(cls.bob)

    @classmethod
    def new_identity(cls, member, app=None):
        return cls.env["giftcard.identity"].create(
            {
                "provider": "wechat_miniprogram",
                "app_id": (app or cls.app).id,
                "openid": f"o-{member.id}",
                "member_id": member.id,
            }
        )

    @classmethod
    def new_token(cls, member, device="Phone"):
        identity = cls.env["giftcard.identity"].search([("member_id", "=", member.id)]) or cls.new_identity(member)
        token, __ = cls.env["giftcard.api.token"]._issue(identity, device, "127.0.0.1")
        return token

    def token_record(self, token):
        tokens = self.env["giftcard.api.token"]
        return tokens.search([("digest", "=", tokens._digest(token))])

    def api(self, method, path, token=None, key=None, headers=None, **kwargs):
        """Send one request. :param key: idempotency key; by default a write carries one of its own"""
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if method in ("POST", "PUT", "PATCH", "DELETE") and key is None:
            self.keys = getattr(self, "keys", 0) + 1
            key = f"{self._testMethodName}-{self.keys:08d}"[-64:]
        if key:
            headers["Idempotency-Key"] = key
        self.env.flush_all()
        try:
            return self.url_open(f"{PREFIX}{path}", method=method, headers=headers, **kwargs)
        finally:
            self.env.invalidate_all()

    def get(self, path, token=None, **params):
        response = self.api("GET", path, token or self.alice_token, params=params)
        self.assertEqual(response.status_code, 200, response.text)
        return response.json()

    def assertProblem(self, response, status, code):
        self.assertEqual(response.headers["Content-Type"], "application/problem+json", response.text)
        problem = response.json()
        self.assertEqual((response.status_code, problem["status"], problem["code"]), (status, status, code), problem)
        self.assertTrue(problem["title"])
        self.assertEqual(problem["type"], f"{PREFIX}/docs#{code}")
        return problem

    def assertNoRights(self, method, path, **kwargs):
        """Without a session in force and a member in good standing the operation answers nothing."""
        self.assertProblem(self.api(method, path, **kwargs), 401, "unauthenticated")
        self.assertProblem(self.api(method, path, "x" * 43, **kwargs), 401, "unauthenticated")
        basic = {"Authorization": f"Basic {self.alice_token}"}
        self.assertProblem(self.api(method, path, headers=basic, **kwargs), 401, "unauthenticated")

        revoked = self.new_token(self.alice)
        self.token_record(revoked).action_revoke()
        self.assertProblem(self.api(method, path, revoked, **kwargs), 401, "token_expired")
        expired = self.new_token(self.alice)
        self.token_record(expired).expires_at = "2020-01-01"
        self.assertProblem(self.api(method, path, expired, **kwargs), 401, "token_expired")

        for state in ("frozen", "closed"):
            self.alice.member_state = state
            self.assertProblem(self.api(method, path, self.alice_token, **kwargs), 403, f"member_{state}")
        self.alice.member_state = "active"

    def refused(self, function, *args):
        """Call as a guest does, without the savepoint of a test request: what is written for good stays.

        :return: code of the refusal
        """
        env = self.env(user=self.env.ref("giftcard_wechat.user_api"))
        try:
            function(env, *args)
        except (HTTPException, UserError) as error:
            return as_problem(error).type.code
        return None

    @contextmanager
    def wechat(self, answer=None, status=200, error=None):
        """Let WeChat answer so. :return: the calls it gets"""
        calls = []
        send = requests.Session.send

        def answering(session, request, **kwargs):
            if "/sns/jscode2session" not in request.url:
                return send(session, request, **kwargs)
            calls.append(request.url)
            if error:
                raise error
            response = requests.Response()
            response.status_code = status
            response._content = answer if isinstance(answer, bytes) else requests.compat.json.dumps(answer).encode()
            return response

        with patch.object(requests.Session, "send", answering):
            yield calls

    def login(self, openid="o-new", **wechat):
        with self.wechat({"openid": openid, "session_key": "k", **wechat}):
            return self.api("POST", "/sessions", json={"provider": "wechat_miniprogram", "code": "c0de"})
