import psycopg2

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import ApiCase


@tagged("post_install", "-at_install")
class TestAudit(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.auditor = cls._make_user("auditor_audit", "giftcard_points.group_auditor")
        cls.manager = cls._make_user("manager_audit", "giftcard_points.group_manager")

    def setUp(self):
        super().setUp()
        self.env.flush_all()
        self.env.cr.execute("SELECT COALESCE(MAX(id), 0) FROM giftcard_audit_event")
        [self.last] = self.env.cr.fetchone()

    def events(self):
        return self.env["giftcard.audit.event"].search([("id", ">", self.last)], order="id")

    def log(self, domain):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["giftcard.audit"].with_user(self.auditor).search(domain)

    def test_value_and_redemptions(self):
        redemption = self.submit()
        redemption._approve()
        self.verify("00000000")
        [step] = self.log([("res_model", "=", "giftcard.redemption"), ("action", "=", "approved")])[:1]
        self.assertEqual(
            (step.source, step.action_name, step.res_id, step.store_id, step.company_id, step.user_id),
            ("step", "Approved", redemption.id, self.store, self.env.company, self.env.user),
        )
        self.assertEqual(step.record_name, redemption.display_name)
        [spent] = self.log([("source", "=", "operation"), ("action", "=", "spend")])[:1]
        self.assertEqual((spent.action_name, spent.res_model), ("Spend", "giftcard.operation"))
        [attempt] = self.log([("source", "=", "verification"), ("user_id", "=", self.clerk.id)])
        self.assertEqual((attempt.action, attempt.store_id), ("unknown", self.store))
        [issued] = self.log([("source", "=", "pickup"), ("res_id", "=", redemption.pickup_code_id.id)])
        self.assertEqual(issued.action_name, "Issued")

    def test_ids_are_one_of_a_kind(self):
        self.submit()._approve()
        ids = self.log([]).ids
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(self.log([]).sorted(lambda entry: (entry.date, entry.id), reverse=True).ids, ids)

    def test_sessions_of_members(self):
        domain = [("source", "=", "session"), ("member_id", "=", self.alice.id)]
        self.assertEqual(self.log(domain).mapped("action"), ["login"])
        self.token_record(self.alice_token).with_user(
            self._make_user("officer_audit", "giftcard_points.group_officer")
        ).action_revoke()
        ended = self.log([*domain, ("action", "=", "logout")])
        self.assertEqual((ended.user_id.login, ended.ip), ("officer_audit", False))
        self.assertEqual(self.alice.action_open_giftcard_audit()["domain"], [("member_id", "=", self.alice.id)])

    def test_logins_of_staff(self):
        self.auditor._update_last_login()
        [login] = self.events()
        self.assertEqual((login.kind, login.actor, login.res_id), ("login", self.auditor.id, self.auditor.id))
        entry = self.log([("source", "=", "login"), ("user_id", "=", self.auditor.id)])
        self.assertEqual((entry.action_name, entry.record_name), ("Logged in", self.auditor.display_name))

    def test_settings(self):
        self.env["ir.config_parameter"].set_param("giftcard_wechat.rate_login", "77")
        self.env["ir.config_parameter"].set_param("web.something", "1")
        [event] = self.events()
        self.assertEqual(event.detail, "giftcard_wechat.rate_login: Value: 0 → 77")
        self.env["ir.config_parameter"].set_param("giftcard_wechat.rate_login", "77")
        self.assertEqual(self.events(), event, "nothing has changed")

    def test_secrets_are_not_told(self):
        self.app.with_user(self.manager).write({"name": "Shop", "secret": "n3w-s3cret"})
        [event] = self.events()
        self.assertEqual((event.detail, event.actor), ("Shop: Name: Mall → Shop, App Secret", self.manager.id))

    def test_who_may_do_what(self):
        group = self.env.ref("giftcard_points.group_manager")
        self.auditor.group_ids = [Command.link(group.id)]
        self.assertIn(f"+{group.display_name}", self.events().detail)
        group.user_ids = [Command.unlink(self.auditor.id)]
        self.assertIn(f"−{self.auditor.display_name}", self.events()[-1].detail)

    def test_company_and_store(self):
        self.env.company.giftcard_gift_days = 5
        self.env.company.phone = "1"
        self.store.phone = "2"
        self.store.paused = True
        company, store = self.events()
        self.assertIn("→ 5", company.detail)
        self.assertEqual((company.company, store.company), (self.env.company.id, self.env.company.id))
        self.assertIn("Paused: False → True", store.detail)

    def test_created_and_deleted(self):
        app = self.env["giftcard.wechat.app"].create({"name": "Second", "appid": "wx2"})
        app.unlink()
        self.assertEqual(
            [(event.kind, event.detail) for event in self.events()], [("created", "Second"), ("deleted", "Second")]
        )
        gone = self.log([("source", "=", "setting"), ("action", "=", "deleted")])[0]
        self.assertFalse(gone.record_name)

    def test_history_cannot_be_rewritten(self):
        self.auditor._update_last_login()
        event = self.events()
        for query in (
            SQL("UPDATE giftcard_audit_event SET actor = 1 WHERE id = %s", event.id),
            SQL("DELETE FROM giftcard_audit_event WHERE id = %s", event.id),
            SQL("TRUNCATE giftcard_audit_event"),
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.RestrictViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(query)

    def test_rights(self):
        for user in (self.clerk, self._make_user("nobody_audit", "base.group_user")):
            with self.assertRaises(AccessError):
                self.env["giftcard.audit"].with_user(user).search([])
        with self.assertRaises(AccessError):
            self.env["giftcard.audit.event"].with_user(self.manager).search([])
        other = self.env["res.company"].create({"name": "Other"})
        self.env["giftcard.store"].create({"name": "Far", "code": "FAR", "company_id": other.id})
        self.assertNotIn(other, self.log([("source", "=", "setting")]).mapped("company_id"))

    def test_days_are_found_by_the_index(self):
        """Each table of the log has an index on its time."""
        self.env.cr.execute("SELECT tablename FROM pg_indexes WHERE indexdef LIKE '%USING brin%'")
        found = {table for (table,) in self.env.cr.fetchall()}
        self.assertLessEqual(
            {
                "giftcard_operation",
                "giftcard_redemption_transition",
                "giftcard_pickup_event",
                "giftcard_pickup_attempt",
                "giftcard_code_attempt",
                "giftcard_api_token",
                "giftcard_audit_event",
            },
            found,
        )
