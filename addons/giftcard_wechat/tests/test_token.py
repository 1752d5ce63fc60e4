from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import file_open

from .common import ApiCase


@tagged("post_install", "-at_install")
class TestToken(ApiCase):
    """Sessions as staff sees them."""

    def test_officer_revokes(self):
        officer = self._make_user("officer_token", "giftcard_points.group_officer")
        record = self.token_record(self.alice_token).with_user(officer)
        self.assertEqual(record.state, "active")
        record.action_revoke()
        self.assertEqual((record.state, record.revoked_by_id), ("revoked", officer))
        self.assertProblem(self.api("GET", "/me", self.alice_token), 401, "token_expired")
        # Revoking again does not rewrite who did it.
        record.with_user(self.env.ref("base.user_admin")).action_revoke()
        self.assertEqual(record.revoked_by_id, officer)

    def test_auditor_only_looks(self):
        auditor = self._make_user("auditor_token", "giftcard_points.group_auditor")
        record = self.token_record(self.alice_token).with_user(auditor)
        self.assertEqual(record.member_id, self.alice)
        with self.assertRaises(AccessError):
            record.action_revoke()
        with self.assertRaises(AccessError):
            self.env["giftcard.wechat.app"].with_user(auditor).browse(self.app.id).secret  # noqa: B018
        with self.assertRaises(AccessError):
            self.env["giftcard.wechat.app"].with_user(auditor).browse(self.app.id).name = "Mine"

    def test_plain_user_sees_nothing(self):
        user = self._make_user("plain_token", "base.group_user")
        for model in ("giftcard.api.token", "giftcard.identity", "giftcard.wechat.app", "giftcard.api.request"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(user).search([])

    def test_other_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        auditor = self._make_user("auditor_other", "giftcard_points.group_auditor")
        auditor.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        for record in (self.token_record(self.alice_token), self.app, self.alice.giftcard_identity_ids):
            self.assertFalse(record.with_user(auditor).has_access("read"))

    def test_validity(self):
        self.env["ir.config_parameter"].set_param("giftcard_wechat.token_days", "7")
        self.env["ir.config_parameter"].set_param("giftcard_wechat.access_minutes", "15")
        with freeze_time("2030-01-01 12:00:00"):
            record = self.token_record(self.new_token(self.alice))
        self.assertEqual(fields.Datetime.to_string(record.expires_at), "2030-01-01 12:15:00")
        self.assertEqual(fields.Datetime.to_string(record.refresh_until), "2030-01-08 12:00:00")

    def test_last_use_is_coarse(self):
        record = self.token_record(self.alice_token)
        recent = fields.Datetime.subtract(fields.Datetime.now(), minutes=50)
        record.last_used_at = recent
        self.get("/me")
        self.assertEqual(record.last_used_at, recent)
        record.last_used_at = fields.Datetime.subtract(fields.Datetime.now(), hours=2)
        self.get("/me")
        self.assertGreater(record.last_used_at, recent)

    def test_ended_sessions_are_forgotten(self):
        record = self.token_record(self.alice_token)
        record.action_revoke()
        record._gc_ended()
        self.assertTrue(record.exists())
        record.revoked_at = fields.Datetime.subtract(fields.Datetime.now(), days=91)
        record.flush_recordset()
        record._gc_ended()
        self.assertFalse(record.exists())
        self.assertTrue(self.token_record(self.bob_token))

    def test_answers_are_forgotten(self):
        self.api(
            "POST",
            "/redemptions",
            self.alice_token,
            json={"store_id": self.store.id, "lines": [{"reward_id": self.reward.id, "quantity": 1}]},
        )
        requests = self.env["giftcard.api.request"]
        requests._gc_answered()
        answered = requests.search([])
        self.assertEqual((answered.status, answered.member_id), (201, self.alice))
        self.env.cr.execute("UPDATE giftcard_api_request SET date = date - INTERVAL '31 days'")
        requests._gc_answered()
        self.assertFalse(answered.exists())

    def test_neutralize(self):
        self.env.flush_all()
        with file_open("giftcard_wechat/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertFalse(self.app.secret)
        self.assertFalse(self.env["giftcard.api.token"].search([]))
