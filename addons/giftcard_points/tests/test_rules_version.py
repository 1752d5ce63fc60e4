from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestRulesVersion(LedgerCase):
    def version(self, **values):
        return self.env["giftcard.rules.version"].create(
            {"program_id": self.points_program.id, "html": "<p>One point for each unit.</p>", **values}
        )

    def told(self, member):
        return member.member_message_ids.filtered(lambda message: message.kind == "rules")

    def announce(self):
        with self.enter_registry_test_mode():
            self.env.ref("giftcard_points.ir_cron_announce_rules").method_direct_trigger()
        self.env.invalidate_all()

    def test_published_text_is_final(self):
        version = self.version()
        version.html = "<p>Two points.</p>"
        version.action_publish()
        self.assertEqual((version.number, version.published_by_id), (1, self.env.user))
        for change in ({"html": "<p>None</p>"}, {"effective_from": fields.Date.today()}, {"state": "draft"}):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                version.write(change)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            version.unlink()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            version.action_publish()

    def test_rules_are_published_by_their_action_alone(self):
        manager = self._make_user("rules_manager", "giftcard_points.group_manager")
        Version = self.env["giftcard.rules.version"].with_user(manager)
        values = {"program_id": self.points_program.id, "html": "<p>Ten points.</p>"}
        draft = Version.create(values)
        for forged in ({"state": "published"}, {"number": 7}, {"published_by_id": self.env.uid}, {"announced": True}):
            [(name, value)] = forged.items()
            with self.subTest(name), self.assertRaises(AccessError):
                draft.write(forged)
            with self.subTest(name), self.assertRaises(AccessError):
                Version.create(values | forged)
            with self.subTest(name), self.assertRaises(AccessError):
                Version.with_context(**{f"default_{name}": value}).create(values)
        draft.action_publish()
        self.assertEqual((draft.state, draft.number, draft.published_by_id), ("published", 1, manager))

    def test_numbers_and_the_version_that_counts(self):
        today = fields.Date.today()
        first = self.version()
        second = self.version(effective_from=fields.Date.add(today, days=10))
        first.action_publish()
        second.action_publish()
        self.assertEqual((first.number, second.number), (1, 2))
        Version = self.env["giftcard.rules.version"]
        self.assertEqual(Version._current(self.points_program), first)
        self.assertEqual(Version._current(self.points_program, fields.Date.add(today, days=10)), second)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.version(effective_from=fields.Date.add(today, days=-1)).action_publish()

    def test_members_of_the_programme_are_told_once(self):
        version = self.version(summary="Double points on books")
        self.announce()
        self.assertFalse(self.told(self.alice))
        version.action_publish()
        stranger = self.env["res.partner"].create({"name": "No card"})
        stranger._join("backoffice")
        for __ in range(2):
            self.announce()
        self.assertEqual(self.told(self.alice).mapped("body"), ["Double points on books"])
        self.assertEqual(len(self.told(self.bob)), 1)
        self.assertFalse(self.told(stranger))
        self.assertTrue(version.announced)

    def test_auditors_do_not_publish(self):
        auditor = self._make_user("rules_auditor", "giftcard_points.group_auditor")
        with self.assertRaises(AccessError):
            self.version().with_user(auditor).action_publish()
