from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ApiCase


@tagged("post_install", "-at_install")
class TestStaff(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sessions = cls.env["giftcard.staff.session"]
        cls.token = cls.paired(cls.clerk)

    @classmethod
    def paired(cls, user):
        """:return: the token of a phone of the user's"""
        return cls.sessions._exchange(cls.sessions.with_user(user)._pair(user), "Phone", "127.0.0.1")[0]

    def setUp(self):
        super().setUp()
        self.redemption = self.ready(key="staff")
        self.digits = self.redemption.pickup_code_id.digits
        self.path = f"/staff/stores/{self.store.id}"

    def post(self, path, token=None, key=None, **body):
        return self.api("POST", path, token or self.token, key=key, json=body)

    def pair(self, code):
        return self.api("POST", "/staff/sessions", json={"code": code})

    def test_pairing(self):
        code = self.sessions.with_user(self.clerk)._pair(self.clerk)
        answer = self.pair(f" {code.lower()} ")
        self.assertEqual(answer.status_code, 201, answer.text)
        session = answer.json()
        self.assertEqual(session["clerk"]["name"], self.clerk.name)
        self.assertEqual([store["id"] for store in session["clerk"]["stores"]], self.store.ids)
        self.assertEqual(self.get("/staff/me", session["access_token"]), session["clerk"])
        self.assertProblem(self.pair(code), 401, "invalid_pairing_code")
        # Neither code nor token is kept.
        self.env.cr.execute("SELECT to_jsonb(s)::text FROM giftcard_staff_session s")
        kept = " ".join(row for (row,) in self.env.cr.fetchall())
        self.assertNotIn(session["access_token"], kept)
        self.assertNotIn(code.replace("-", ""), kept)
        ended = self.api("DELETE", "/staff/session", session["access_token"])
        self.assertEqual((ended.status_code, ended.content), (204, b""))
        self.assertProblem(self.api("GET", "/staff/me", session["access_token"]), 401, "token_expired")

    def test_wrong_pairing_codes(self):
        late = self.sessions.with_user(self.clerk)._pair(self.clerk)
        self.sessions.search([], limit=1).pairing_until = fields.Datetime.now() - timedelta(minutes=1)
        revoked = self.sessions.with_user(self.clerk)._pair(self.clerk)
        self.sessions.search([], limit=1).action_revoke()
        for code in (late, revoked, "x", "0000-0000-0000-0000-0"):
            self.assertProblem(self.pair(code), 401, "invalid_pairing_code")

    def test_who_may_pair(self):
        other = self._make_user("clerk_west", "giftcard_pickup.group_clerk")
        with self.assertRaises(AccessError):
            self.sessions.with_user(other)._pair(self.clerk)
        manager = self._make_user("mall_manager", "giftcard_pickup.group_manager")
        self.assertTrue(self.sessions.with_user(manager)._pair(self.clerk))
        self.assertEqual(self.sessions.search([], limit=1).create_uid, manager)
        with self.assertRaises(UserError):
            self.sessions.with_user(manager)._pair(manager)
        wizard = self.env["giftcard.staff.pair"].with_user(self.clerk).create({})
        action = wizard.action_make()
        self.assertEqual(self.pair(action["context"]["default_code"]).status_code, 201)
        with self.assertRaises(AccessError):
            self.sessions.with_user(self.clerk).search([])

    def test_sessions_that_have_ended(self):
        session = self.sessions.search([("user_id", "=", self.clerk.id), ("digest", "!=", False)])
        self.clerk.active = False
        self.assertProblem(self.api("GET", "/staff/me", self.token), 401, "token_expired")
        self.clerk.active = True
        session.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.assertProblem(self.api("GET", "/staff/me", self.token), 401, "token_expired")
        session.expires_at = fields.Datetime.now() + timedelta(days=1)
        self.assertEqual(self.api("GET", "/staff/me", self.token).status_code, 200)
        self.clerk.group_ids -= self.env.ref("giftcard_pickup.group_clerk")
        self.assertProblem(self.api("GET", "/staff/me", self.token), 404, "not_found")

    def test_verify(self):
        answer = self.post(f"{self.path}/verifications", scanned=self.digits)
        self.assertEqual(answer.status_code, 200, answer.text)
        told = answer.json()
        self.assertEqual((told["result"], told["redemption"], told["member"]), ("ready", self.redemption.name, "A**"))
        self.assertEqual((told["lines"][0]["name"], told["lines"][0]["quantity"]), ("Mug", 1))
        attempt = self.env["giftcard.pickup.attempt"].search([], limit=1)
        self.assertEqual((attempt.user_id, attempt.store_id, attempt.result), (self.clerk, self.store, "ready"))
        self.assertTrue(attempt.device.startswith("phone/"))
        self.assertEqual(self.post(f"{self.path}/verifications", scanned="00000000").json()["result"], "unknown")
        told = self.post(f"{self.path}/verifications", scanned=self.redemption.name).json()
        self.assertEqual(told["result"], "code_needed")

    def test_hand_over_once(self):
        answer = self.post(f"{self.path}/handovers", key="handover-key", scanned=self.digits)
        self.assertEqual((answer.status_code, answer.json()["result"]), (200, "handed_over"), answer.text)
        handover = self.redemption.handover_ids
        self.assertEqual((handover.user_id, self.redemption.state), (self.clerk, "done"))
        again = self.post(f"{self.path}/handovers", key="handover-key", scanned=self.digits).json()
        self.assertEqual((again["result"], again["handover_id"]), ("handed_over", handover.id))
        other = self.post(f"{self.path}/handovers", key="other-key", scanned=self.digits).json()
        self.assertEqual((other["result"], other["used_by"]), ("used", self.clerk.name))
        self.assertEqual(len(self.redemption.handover_ids), 1)
        [listed] = self.get(f"{self.path}/handovers", self.token)["items"]
        self.assertEqual((listed["id"], listed["clerk"], listed["to"]), (handover.id, self.clerk.name, "member"))
        self.assertEqual(listed["lines"], [{"name": "Mug", "quantity": 1, "lots": None}])
        self.assertFalse(self.get(f"{self.path}/handovers", self.token, day="2020-01-01")["items"])
        [store] = self.get("/staff/me", self.token)["stores"]
        self.assertEqual((store["waiting"], store["handed_over"]), (0, 1))

    def test_hand_over_in_parts(self):
        redemption = self.ready(quantity=2, key="parts")
        line = redemption.line_ids
        body = {"scanned": redemption.pickup_code_id.digits, "parts": [{"line_id": line.id, "quantity": 1}]}
        answer = self.post(f"{self.path}/handovers", **body).json()
        self.assertEqual((answer["result"], answer["left"]), ("handed_over", 1))
        body["parts"][0]["quantity"] = 2
        self.assertProblem(self.post(f"{self.path}/handovers", **body), 409, "not_left_to_hand_over")
        body["parts"] = [{"line_id": self.redemption.line_ids.id, "quantity": 1}]
        self.assertProblem(self.post(f"{self.path}/handovers", **body), 409, "not_left_to_hand_over")

    def test_only_in_ones_own_stores(self):
        west = self.env["giftcard.store"].create({"name": "West", "code": "W", "warehouse_id": self.warehouse.id})
        path = f"/staff/stores/{west.id}"
        for action in ("verifications", "handovers"):
            self.assertProblem(self.post(f"{path}/{action}", scanned=self.digits), 404, "not_found")
        self.assertProblem(self.post(f"{path}/members", text=self.alice.member_number), 404, "not_found")
        self.assertProblem(self.api("GET", f"{path}/handovers", self.token), 404, "not_found")
        # The code of one store is worth nothing in another.
        west.user_ids = self.clerk
        told = self.post(f"{path}/handovers", scanned=self.digits).json()
        self.assertEqual((told["result"], told["store"]), ("other_store", "East"))
        self.assertEqual(self.redemption.state, "ready")

    def test_look_up(self):
        for text in (self.alice.member_number, self.alice.sudo().member_qr):
            answer = self.post(f"{self.path}/members", text=text)
            self.assertEqual(answer.status_code, 200, answer.text)
            told = answer.json()
            self.assertEqual((told["name"], told["number"]), ("A**", self.alice.member_number))
            self.assertEqual(told["waiting"][0]["redemption"], self.redemption.name)
            self.assertNotIn(self.digits, answer.text)
        self.alice.member_state = "closed"
        for text in (self.alice.member_number, "M99999999", "%", "A", self.alice.sudo().member_qr[:-1] + "A"):
            self.assertProblem(self.post(f"{self.path}/members", text=text), 409, "code_not_accepted")
        self.alice.member_state = "active"

    def test_tokens_are_for_their_own_side(self):
        calls = (
            ("GET", "/staff/me", {}),
            ("DELETE", "/staff/session", {}),
            ("GET", f"{self.path}/handovers", {}),
            ("POST", f"{self.path}/verifications", {"json": {"scanned": self.digits}}),
            ("POST", f"{self.path}/handovers", {"json": {"scanned": self.digits}}),
            ("POST", f"{self.path}/members", {"json": {"text": self.alice.member_number}}),
        )
        for method, path, kwargs in calls:
            for token in (None, "x" * 43, self.alice_token):
                self.assertProblem(self.api(method, path, token, **kwargs), 401, "unauthenticated")
        self.assertProblem(self.api("GET", "/me", self.token), 401, "unauthenticated")
        self.assertProblem(
            self.post(f"{self.path}/handovers", key="", scanned=self.digits), 428, "idempotency_key_required"
        )
        self.assertEqual(self.redemption.state, "ready")
