from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import ApiCase


@tagged("post_install", "-at_install")
class TestPickup(ApiCase):
    def setUp(self):
        super().setUp()
        self.redemption = self.ready(key="pickup")
        self.path = f"/redemptions/{self.redemption.id}"

    def proxy(self, token=None, key="proxy-key", **body):
        body = {"name": "王小明", "phone": "6688", **body}
        return self.api("PUT", f"{self.path}/proxy", token or self.alice_token, key=key, json=body)

    def shown(self, token=None):
        return {item["role"]: item for item in self.get("/pickup-codes", token)["items"]}

    def test_codes(self):
        code = self.redemption.pickup_code_id
        shown = self.shown()["member"]
        self.assertEqual((shown["digits"], shown["token"]), (code.digits, code.token))
        self.assertEqual((shown["redemption_id"], shown["store"]), (self.redemption.id, "East"))
        self.assertFalse(self.shown(self.bob_token))
        self.hand_over(code.digits)
        self.assertFalse(self.shown())

    def test_new_code(self):
        old = self.redemption.pickup_code_id.digits
        answer = self.api("POST", f"{self.path}/pickup-code", self.alice_token)
        self.assertEqual(answer.status_code, 200, answer.text)
        new = answer.json()["pickup"]["digits"]
        self.assertNotEqual(old, new)
        self.assertEqual(self.verify(old)["result"], "replaced")
        self.assertEqual(self.verify(new)["result"], "ready")

    def test_proxy(self):
        answer = self.proxy().json()
        self.assertEqual((answer["proxy"]["name"], answer["proxy"]["phone"]), ("王小明", "6688"))
        self.assertEqual(self.verify(answer["proxy"]["digits"])["proxy"], {"name": "王小明", "phone": "6688"})
        self.assertEqual(self.shown()["proxy"]["digits"], answer["proxy"]["digits"])
        event = self.redemption.proxy_code_id.event_ids
        self.assertEqual(event.member_id, self.alice)
        other = self.proxy(key="other-key", name="Li").json()
        self.assertNotEqual(other["proxy"]["digits"], answer["proxy"]["digits"])
        for key in ("drop-key-1", "drop-key-2"):
            dropped = self.api("DELETE", f"{self.path}/proxy", self.alice_token, key=key)
            self.assertEqual((dropped.status_code, dropped.json()["proxy"]), (200, None), dropped.text)
        self.assertEqual(set(self.shown()), {"member"})

    def test_wrong_proxies(self):
        for body in ({"name": ""}, {"name": "  "}, {"name": "x" * 65}, {"phone": "123"}, {"phone": "１２３４"}):
            self.assertProblem(self.proxy(**body), 422, "validation_error")
        self.assertFalse(self.redemption.proxy_code_id)

    def test_more_time(self):
        self.store.member_extra_days = 5
        code = self.redemption.pickup_code_id
        before, token = code.valid_until, code.token
        self.assertTrue(self.get(self.path)["may_extend"])
        answer = self.api("POST", f"{self.path}/extension", self.alice_token)
        self.assertEqual((answer.status_code, answer.json()["may_extend"]), (200, False), answer.text)
        self.assertEqual(code.valid_until, before + timedelta(days=5))
        self.assertNotEqual(answer.json()["pickup"]["token"], token)
        self.assertEqual(self.verify(answer.json()["pickup"]["token"])["result"], "ready")
        # Neither asking again nor a new code wins more.
        again = self.api("POST", f"{self.path}/extension", self.alice_token)
        self.assertProblem(again, 409, "extension_not_allowed")
        self.api("POST", f"{self.path}/pickup-code", self.alice_token)
        again = self.api("POST", f"{self.path}/extension", self.alice_token)
        self.assertProblem(again, 409, "extension_not_allowed")
        self.assertEqual(self.redemption.pickup_code_id.valid_until, before + timedelta(days=5))

    def test_no_more_time(self):
        self.store.member_extra_days = 0
        refused = self.api("POST", f"{self.path}/extension", self.alice_token)
        self.assertProblem(refused, 409, "extension_not_allowed")
        self.store.member_extra_days = 5
        past = fields.Datetime.now() - timedelta(hours=1)
        self.env.cr.execute("UPDATE giftcard_pickup_code SET valid_until = %s", [past])
        self.env.invalidate_all()
        self.assertFalse(self.get(self.path)["may_extend"])
        refused = self.api("POST", f"{self.path}/extension", self.alice_token)
        self.assertProblem(refused, 409, "extension_not_allowed")

    def test_once_it_is_handed_over_nothing_changes(self):
        self.hand_over(self.redemption.pickup_code_id.digits)
        for action in ("pickup-code", "extension"):
            refused = self.api("POST", f"{self.path}/{action}", self.alice_token)
            self.assertProblem(refused, 409, "illegal_transition")
        self.assertProblem(self.proxy(), 409, "illegal_transition")

    def test_no_rights(self):
        self.assertNoRights("GET", "/pickup-codes")
        calls = (
            ("POST", f"{self.path}/pickup-code", {}),
            ("POST", f"{self.path}/extension", {}),
            ("PUT", f"{self.path}/proxy", {"json": {"name": "Li", "phone": "1234"}}),
            ("DELETE", f"{self.path}/proxy", {}),
        )
        for method, path, kwargs in calls:
            self.assertNoRights(method, path, key="proxy-key", **kwargs)
            self.assertProblem(self.api(method, path, self.bob_token, key="bobs-key", **kwargs), 404, "not_found")
        self.assertEqual(len(self.redemption.pickup_code_ids), 1)
