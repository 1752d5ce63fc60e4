from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ApiCase


@tagged("post_install", "-at_install")
class TestMemberOverview(ApiCase):
    def test_counters(self):
        auditor = self._make_user("auditor_overview", "giftcard_points.group_auditor")
        self.submit()
        self.env["giftcard.message"]._post(
            [{"partner_id": self.alice.id, "kind": "tier", "key": "overview", "title": "…", "body": "…"}]
        )
        self.env["giftcard.feedback"]._receive(self.alice, self.env.company, "other", "…")
        gone = self.new_token(self.alice)
        self.token_record(gone).action_revoke()
        alice, bob = self.alice.with_user(auditor), self.bob.with_user(auditor)
        unread = len(self.env["giftcard.message"].search([("partner_id", "=", self.alice.id)]))
        self.assertEqual(
            (
                alice.giftcard_redemption_count,
                alice.giftcard_gift_count,
                alice.giftcard_unread_count,
                alice.giftcard_device_count,
                alice.giftcard_feedback_count,
            ),
            (1, 0, unread, 1, 1),
        )
        self.assertEqual((bob.giftcard_redemption_count, bob.giftcard_feedback_count), (0, 0))
        for member in (alice, bob):
            for name in ("redemptions", "gifts", "messages", "devices", "feedback", "audit"):
                action = getattr(member, f"action_open_giftcard_{name}")()
                records = self.env[action["res_model"]].with_user(auditor).search(action["domain"])
                if name in ("redemptions", "feedback"):
                    self.assertEqual(len(records), 1 if member == alice else 0)

    def test_form(self):
        auditor = self._make_user("auditor_form", "giftcard_points.group_auditor")
        redemption = self.submit()
        form = Form(self.alice.with_user(auditor))
        self.assertEqual(form.giftcard_redemption_count, 1)
        self.assertEqual(form.giftcard_redemption_ids._records[0]["id"], redemption.id)

    def test_others_see_no_counters(self):
        with self.assertRaises(AccessError):
            self.alice.with_user(self.clerk).read(["giftcard_redemption_count"])


@tagged("post_install", "-at_install")
class TestConnections(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls.env["payment.provider"].search([("code", "=", "wechatpay")], limit=1)
        cls.env.cr.execute("UPDATE payment_provider SET state = 'test' WHERE id = %s", [cls.provider.id])
        cls.env.invalidate_all()
        cls.connection = cls.env["giftcard.connection"].search(
            [("res_model", "=", "payment.provider"), ("res_id", "=", cls.provider.id)]
        )

    def test_list(self):
        self.assertEqual((self.connection.name, self.connection.status), (self.provider.display_name, "works"))
        circuit = self.env["giftcard.circuit"].create(
            {"name": f"wechatpay {self.provider.id}", "failures": 2, "error": "No answer"}
        )
        self.env.invalidate_all()
        self.assertEqual((self.connection.status, self.connection.error), ("failing", "No answer"))
        circuit.open_until = "2999-01-01"
        self.env.invalidate_all()
        self.assertEqual(self.connection.status, "paused")
        self.env.cr.execute("UPDATE payment_provider SET state = 'disabled' WHERE id = %s", [self.provider.id])
        self.assertFalse(self.connection.search([("id", "=", self.connection.id)]))

    def test_test(self):
        done = {"type": "ir.actions.client", "tag": "display_notification"}
        providers = self.env.registry["payment.provider"]
        with (
            patch.object(providers, "_wechatpay_call", return_value={}) as call,
            patch.object(providers, "_wechatpay_fetch_certificates"),
        ):
            answer = self.connection.action_test_connection()
        self.assertTrue(call.called)
        self.assertLessEqual(done.items(), answer.items())
        with (
            patch.object(providers, "action_wechatpay_test", side_effect=UserError("Wrong key.")),
            self.assertRaises(UserError),
        ):
            self.connection.action_test_connection()

    def test_rights(self):
        manager = self._make_user("manager_connection", "giftcard_points.group_manager")
        self.assertEqual(self.connection.with_user(manager).name, self.provider.display_name)
        with self.assertRaises(AccessError):
            # The keys of payment providers are the administrator's.
            self.connection.with_user(manager).action_test_connection()
        with self.assertRaises(AccessError):
            self.connection.with_user(self.clerk).search([])
        other = self.env["res.company"].create({"name": "Other"})
        self.env.cr.execute("UPDATE payment_provider SET company_id = %s WHERE id = %s", [other.id, self.provider.id])
        self.env.invalidate_all()
        self.assertNotIn(self.connection.id, self.connection.with_user(manager).search([]).ids)

    def test_settings(self):
        settings = self.env["res.config.settings"].create({"giftcard_rate_feedback": 9})
        self.assertIn(self.connection, settings.giftcard_connection_ids)
        settings.execute()
        self.assertEqual(self.env["ir.config_parameter"].get_param("giftcard_wechat.rate_feedback"), "9")
