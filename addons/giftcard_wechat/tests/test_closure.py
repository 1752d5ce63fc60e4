from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_people import PHONE, PeopleCase
from .test_address import SHENZHEN


@tagged("post_install", "-at_install")
class TestClosure(PeopleCase):
    """Everything about a member handed out, and the account closed."""

    def close(self, token=None, **body):
        return self.api("POST", "/me/closure", token or self.alice_token, json=body)

    def due(self, days=16):
        with (
            freeze_time(fields.Datetime.add(fields.Datetime.now(), days=days)),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("giftcard_wechat.cron_closures").method_direct_trigger()
        self.env.invalidate_all()

    def bind_phone(self):
        proof = {"provider": "phone_code", "phone": PHONE, "code": self.code(purpose="bind")}
        self.api("POST", "/me/identities", self.alice_token, json={"proof": proof})

    def test_ask_and_keep(self):
        self.assertProblem(self.api("GET", "/me/closure", self.alice_token), 404, "not_found")
        response = self.close(forfeit_points=True, reason="Moving")
        self.assertEqual(response.status_code, 201, response.text)
        self.assertEqual(response.json(), self.get("/me/closure"))
        self.assertEqual(response.json()["state"], "waiting")
        self.assertProblem(self.close(forfeit_points=True), 409, "closure_not_possible")
        # Until then nothing changes.
        self.due(days=14)
        self.assertEqual(self.alice.member_state, "active")
        self.assertEqual(self.api("DELETE", "/me/closure", self.alice_token).status_code, 204)
        self.assertProblem(self.api("DELETE", "/me/closure", self.alice_token), 409, "closure_not_possible")
        self.due()
        self.assertEqual(self.alice.member_state, "active")

    def test_points_are_lost_knowingly(self):
        problem = self.assertProblem(self.close(), 409, "value_left")
        self.assertEqual(problem["available"], 100)

    def test_money_has_to_be_gone(self):
        wallet = self.env["loyalty.program"].create({"name": "Wallet", "program_type": "ewallet"})
        self.grant(self.alice._member_card(wallet), 20)
        self.assertProblem(self.close(forfeit_points=True), 409, "value_left")
        self.assertFalse(self.env["giftcard.closure"].search([("member_id", "=", self.alice.id)]))

    def test_nothing_says_who_it_was(self):
        self.bind_phone()
        self.api("POST", "/me/addresses", self.alice_token, json=SHENZHEN)
        self.alice.write({"email": "alice@example.com", "birth_month": "5", "birth_day": 4, "comment": "likes tea"})
        self.env.flush_all()
        self.env.cr.precommit.run()
        number = self.alice.member_number
        self.close(forfeit_points=True)
        self.due()
        alice = self.alice
        self.assertEqual((alice.member_state, alice.member_number), ("closed", number))
        self.assertEqual(alice.name, f"Closed member {number}")
        for name in ("phone", "email", "birth_month", "image_1920", "comment", "street"):
            self.assertFalse(alice[name], name)
        for address in alice.with_context(active_test=False).child_ids:
            self.assertFalse(address.active or address.phone or address.street)
            self.assertNotIn("李雷", address.name)
        self.assertFalse(alice.giftcard_identity_ids | self.env["giftcard.identity"].search([("openid", "=", PHONE)]))
        self.assertFalse(alice.giftcard_token_ids)
        self.assertFalse(self.codes.search([("phone", "=", PHONE)]))
        self.assertFalse(self.env["giftcard.api.request"].search([("member_id", "=", alice.id)]))
        self.assertFalse(alice.message_ids)
        # The ledger is true all the same, and the points are gone.
        self.assertEqual(self.card.balance, 0)
        self.assertTrue(self.env["giftcard.entry"].search([("card_id", "=", self.card.id)]))
        self.assertEqual(self.env["giftcard.ledger"]._check_invariants(), [])
        self.assertProblem(self.api("GET", "/me", self.alice_token), 401, "unauthenticated")
        # Who comes again is somebody new.
        self.assertNotEqual(self.log_in(self.code()).json()["member"]["number"], number)

    def test_money_that_came_meanwhile(self):
        self.close(forfeit_points=True)
        wallet = self.env["loyalty.program"].create({"name": "Wallet", "program_type": "ewallet"})
        card = self.alice._member_card(wallet)
        self.grant(card, 20)
        with self.assertLogs("odoo.addons.giftcard_wechat", "WARNING"):
            self.due()
        closure = self.env["giftcard.closure"].search([("member_id", "=", self.alice.id)])
        self.assertEqual((closure.state, self.alice.member_state), ("waiting", "active"))
        self.assertIn("20", closure.held_up)
        self.assertTrue(self.alice.giftcard_identity_ids)
        self.assertTrue(self.get("/me/closure")["held_up"])

    def test_staff_calls_it_off(self):
        self.close(forfeit_points=True)
        closure = self.env["giftcard.closure"].search([("member_id", "=", self.alice.id)])
        with self.assertRaises(AccessError):
            closure.with_user(self._make_user("auditor_closure", "giftcard_points.group_auditor")).action_call_off()
        closure.with_user(self._make_user("officer_closure", "giftcard_points.group_officer")).action_call_off()
        self.assertEqual(closure.state, "cancelled")
        with self.assertRaises(UserError):
            closure.action_call_off()

    def test_a_merge_calls_it_off(self):
        self.close(forfeit_points=True)
        self.env["base.partner.merge.automatic.wizard"]._merge([self.alice.id, self.bob.id], self.bob)
        self.due()
        self.assertEqual(self.bob.member_state, "active")

    def test_export(self):
        self.bind_phone()
        self.api("POST", "/me/addresses", self.alice_token, json=SHENZHEN)
        self.redemptions._submit(self.alice, self.store, [(self.reward, 1)], "k")
        export = self.get("/me/export")
        self.assertEqual(export["member"], self.get("/me"))
        self.assertEqual(export["phone"], PHONE)
        self.assertEqual([item["provider"] for item in export["identities"]], ["wechat_miniprogram", "phone"])
        self.assertEqual([item["street"] for item in export["addresses"]], [SHENZHEN["street"]])
        self.assertEqual(len(export["redemptions"]), 1)
        [card] = [card for card in export["cards"] if card["card"]["id"] == self.card.id]
        self.assertEqual(card["entries"][0]["amount"], {"points": 100})
        other = self.get("/me/export", self.bob_token)
        self.assertEqual((other["addresses"], other["redemptions"]), ([], []))
        self.assertNotIn(PHONE, str(other))

    def test_no_rights(self):
        self.assertNoRights("GET", "/me/export")
        self.assertNoRights("GET", "/me/closure")
        self.assertNoRights("POST", "/me/closure", json={})
        self.assertNoRights("DELETE", "/me/closure")

    def test_others(self):
        self.close(forfeit_points=True)
        self.assertProblem(self.api("GET", "/me/closure", self.bob_token), 404, "not_found")
        self.assertProblem(self.api("DELETE", "/me/closure", self.bob_token), 409, "closure_not_possible")
        self.assertEqual(self.get("/me/closure")["state"], "waiting")
