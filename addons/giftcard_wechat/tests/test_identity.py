from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_people import OTHER_PHONE, PHONE, PeopleCase

WECHAT = {"provider": "wechat_miniprogram", "code": "c0de"}


@tagged("post_install", "-at_install")
class TestIdentity(PeopleCase):
    """Binding, unbinding, and two members who are one person."""

    def bind(self, proof, token=None, **body):
        return self.api("POST", "/me/identities", token or self.alice_token, json={"proof": proof, **body})

    def bind_phone(self, phone=PHONE, token=None, **body):
        proof = {"provider": "phone_code", "phone": phone, "code": self.code(phone, "bind")}
        return self.bind(proof, token, **body)

    def identities(self, member=None):
        return (member or self.alice).giftcard_identity_ids.sorted("id")

    def test_bind_a_phone(self):
        response = self.bind_phone()
        self.assertEqual(response.status_code, 201, response.text)
        bound = response.json()
        self.assertEqual((bound["provider"], bound["label"]), ("phone", "+86138****8000"))
        self.assertNotIn(PHONE, response.text)
        self.assertEqual(self.alice.phone, PHONE)
        items = self.get("/me/identities")["items"]
        self.assertEqual([item["provider"] for item in items], ["wechat_miniprogram", "phone"])
        self.assertEqual(items[0]["label"], "Mall")
        session = self.log_in(self.code()).json()
        self.assertEqual(session["member"]["number"], self.alice.member_number)
        # Binding what one has changes nothing.
        self.assertEqual(self.bind_phone().json()["id"], bound["id"])
        self.assertEqual(len(self.identities()), 2)

    def test_a_login_code_does_not_bind(self):
        proof = {"provider": "phone_code", "phone": PHONE, "code": self.code(purpose="login")}
        self.assertProblem(self.bind(proof), 403, "one_time_code_wrong")

    def test_bind_wechat(self):
        with self.wechat({"openid": "o-second", "session_key": "k", "unionid": "u-1"}):
            response = self.bind(WECHAT)
        self.assertEqual(response.status_code, 201, response.text)
        self.assertEqual(self.login("o-second").json()["member"]["number"], self.alice.member_number)

    def test_what_is_another_members(self):
        code = self.code(PHONE, "bind")
        self.bind({"provider": "phone_code", "phone": PHONE, "code": code}, self.bob_token)
        response = self.bind_phone()
        self.assertProblem(response, 409, "identity_taken")
        self.assertEqual(self.identities(self.bob).mapped("provider"), ["wechat_miniprogram", "phone"])
        self.assertEqual(len(self.identities()), 1)

    def test_merge(self):
        self.grant(self.other, 30)
        self.bind_phone(token=self.bob_token)
        number, points = self.bob.member_number, self.card.points
        response = self.bind_phone(merge=True)
        self.assertEqual(response.status_code, 201, response.text)
        self.assertFalse(self.bob.exists())
        self.assertEqual(self.env["res.partner"]._member_of_number(number), self.alice)
        self.assertEqual(self.identities().mapped("provider").count("phone"), 1)
        self.assertEqual(self.get("/me")["points"], points + 30)
        # The other one's devices go on, as the member that both are.
        self.assertEqual(self.get("/me", self.bob_token), self.get("/me"))
        self.assertEqual(self.log_in(self.code()).json()["member"]["number"], self.alice.member_number)
        self.assertEqual(self.env["giftcard.ledger"]._check_invariants(), [])

    def test_a_merge_that_is_refused_changes_nothing(self):
        self.grant(self.other, 30)
        self.bind_phone(token=self.bob_token)
        self.bob._freeze_member("Lost phone")
        code = self.code(PHONE, "bind")
        proof = {"provider": "phone_code", "phone": PHONE, "code": code}
        self.assertIn(self.bind(proof, merge=True).status_code, (403, 409))
        self.assertTrue(self.bob.exists())
        self.bob._unfreeze_member("Found")
        # The code was not used up.
        self.assertEqual(self.bind(proof, merge=True).status_code, 201)

    def test_the_membership_of_the_shop(self):
        """A member who left his number at the till, and later logs in by WeChat, is one person."""
        carol = self.env["res.partner"].create({"name": "Carol", "phone": "138-0013-8000"})
        carol._join("pos")
        self.assertProblem(self.bind_phone(), 409, "identity_taken")
        self.assertEqual(self.bind_phone(merge=True).status_code, 201)
        self.assertFalse(carol.exists())

    def test_unbind(self):
        phone = self.bind_phone().json()["id"]
        by_phone = self.log_in(self.code()).json()["access_token"]
        response = self.api("DELETE", f"/me/identities/{phone}", self.alice_token)
        self.assertEqual((response.status_code, response.content), (204, b""))
        self.assertProblem(self.api("GET", "/me", by_phone), 401, "token_expired")
        self.get("/me")
        self.assertNotEqual(self.log_in(self.code()).json()["member"]["number"], self.alice.member_number)

    def test_unbinding_what_one_logged_in_by(self):
        self.bind_phone()
        wechat = self.identities().filtered(lambda identity: identity.provider == "wechat_miniprogram")
        self.assertEqual(self.api("DELETE", f"/me/identities/{wechat.id}", self.alice_token).status_code, 204)
        self.get("/me")
        self.assertIsNone(self.get("/sessions")["items"][0]["provider"])

    def test_never_the_last(self):
        [identity] = self.identities()
        response = self.api("DELETE", f"/me/identities/{identity.id}", self.alice_token)
        self.assertProblem(response, 409, "last_identity")
        # One of an app that is no more does not count.
        other = self.env["giftcard.wechat.app"].create({"name": "Old", "appid": "wx-old", "active": False})
        self.new_identity(self.alice, other)
        response = self.api("DELETE", f"/me/identities/{identity.id}", self.alice_token)
        self.assertProblem(response, 409, "last_identity")

    def test_no_rights(self):
        [identity] = self.identities()
        self.assertNoRights("GET", "/me/identities")
        self.assertNoRights("POST", "/me/identities", json={"proof": WECHAT})
        self.assertNoRights("DELETE", f"/me/identities/{identity.id}")

    def test_others(self):
        phone = self.bind_phone().json()["id"]
        self.assertProblem(self.api("DELETE", f"/me/identities/{phone}", self.bob_token), 404, "not_found")
        self.assertNotIn("phone", str(self.get("/me/identities", self.bob_token)["items"]))
        with self.assertRaises(AccessError):
            self.env["giftcard.identity"].with_user(self._make_user("plain_id", "base.group_user")).search([])

    def test_one_unionid_one_member(self):
        """Who comes by another app of the same platform is known by the unionid."""
        first = self.login("o-1", unionid="u-7").json()["member"]["number"]
        self.env["giftcard.wechat.app"].create({"name": "Other", "appid": "wx2", "secret": "s"})
        with self.wechat({"openid": "o-2", "session_key": "k", "unionid": "u-7"}):
            second = self.api("POST", "/sessions", json={**WECHAT, "appid": "wx2"}).json()["member"]["number"]
        self.assertEqual(first, second)
        member = self.env["giftcard.identity"].search([("openid", "=", "o-2")]).member_id
        self.assertEqual(member.member_number, first)

    def test_pointers(self):
        response = self.bind({"provider": "phone_code", "phone": OTHER_PHONE, "code": "x"})
        self.assertEqual(self.assertProblem(response, 422, "validation_error")["errors"][0]["pointer"], "#/proof/code")
