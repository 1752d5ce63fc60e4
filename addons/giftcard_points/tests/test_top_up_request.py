from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from odoo.addons.giftcard_points.exceptions import (
    AlreadyResolved,
    IdempotencyConflict,
    LedgerError,
    SecondPersonRequired,
)

from .test_top_up import TopUpCase


class TestTopUpRequest(TopUpCase):
    """Cash taken in the back office: booked up to a limit by role, above it by a second person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls._make_user("top_up_officer", "giftcard_points.group_officer")
        cls.manager = cls._make_user("top_up_manager", "giftcard_points.group_manager")
        cls.second = cls._make_user("top_up_second", "giftcard_points.group_manager")
        cls.env.company.write({"giftcard_top_up_officer_limit": 1000, "giftcard_top_up_manager_limit": 5000})
        cls.Request = cls.env["giftcard.top.up.request"]

    def ask(self, user, amount, key="once", reason="Cash"):
        return self.Request.with_user(user)._ask(key, self.wallet, amount, reason)

    def test_within_the_limit_it_is_booked_at_once(self):
        request = self.ask(self.officer, 1000)
        self.assertEqual((request.state, request.bonus, request.balance_after), ("done", 150, 1150))
        operation = request.operation_id
        self.assertEqual(
            (operation.kind, operation.reason, operation.create_uid, operation.document_name),
            ("load", "Cash", self.officer, request.name),
        )
        self.assertEqual(self.ask(self.officer, 1000), request)
        self.assertCard(self.wallet, 1150)

    def test_a_key_stands_for_one_card_and_amount(self):
        request = self.ask(self.officer, 100)
        self.assertEqual(self.ask(self.officer, 100), request)
        with self.assertRaises(IdempotencyConflict):
            self.ask(self.officer, 101)
        other = self.bob._member_card(self.program)
        with self.assertRaises(IdempotencyConflict):
            self.Request.with_user(self.officer)._ask("once", other, 100, "Cash")
        self.assertCard(self.wallet, 100)

    def test_above_the_limit_a_second_person_approves(self):
        request = self.ask(self.officer, 1000.01)
        self.assertEqual(request.state, "waiting")
        self.assertCard(self.wallet, 0)
        with self.assertRaises(AccessError):
            request.with_user(self.officer).action_approve()
        request.with_user(self.manager).action_approve()
        self.assertCard(self.wallet, 1150.01)
        self.assertEqual(
            (request.state, request.decided_by_id, request.operation_id.create_uid),
            ("done", self.manager, self.manager),
        )
        with self.assertRaises(AlreadyResolved):
            request.with_user(self.second).action_approve()
        self.assertCard(self.wallet, 1150.01)

    def test_nobody_approves_for_oneself(self):
        self.assertEqual(self.ask(self.manager, 5000, "within").state, "done")
        request = self.ask(self.manager, 5001)
        with self.assertRaises(SecondPersonRequired):
            request.with_user(self.manager).action_approve()
        with self.assertRaises(SecondPersonRequired):
            request.with_user(self.manager).action_reject()
        request.with_user(self.second).action_reject()
        self.assertEqual(request.state, "rejected")
        with self.assertRaises(AlreadyResolved):
            request.with_user(self.second).action_approve()
        self.assertCard(self.wallet, 5150)

    def test_refused_top_up_leaves_nothing(self):
        request = self.ask(self.officer, 2000)
        self.wallet.action_freeze("lost")
        with self.assertRaises(LedgerError), self.env.cr.savepoint():
            request.with_user(self.manager).action_approve()
        request.invalidate_recordset()
        self.assertEqual((request.state, request.decided_by_id.id), ("waiting", False))
        self.wallet.action_unfreeze("found")

    def test_who_may_ask(self):
        auditor = self._make_user("top_up_auditor", "giftcard_points.group_auditor")
        with self.assertRaises(AccessError):
            self.ask(auditor, 10)
        with self.assertRaises(UserError):
            self.ask(self.officer, 10, reason=" ")
        request = self.ask(self.officer, 10)
        with self.assertRaises(AccessError):
            request.with_user(self.manager).write({"state": "waiting"})

    def test_paid_back(self):
        request = self.ask(self.officer, 500)
        with self.assertRaises(AccessError):
            request.with_user(self.officer).action_refund()
        request.with_user(self.manager).action_refund()
        self.assertEqual(request.state, "refunded")
        self.assertCard(self.wallet, 0)
        with self.assertRaises(AlreadyResolved):
            request.with_user(self.manager).action_refund()

    def test_wizard_finds_by_phone_and_number(self):
        self.alice.phone = "+86 139 1122 3344"
        Wizard = self.env["giftcard.top.up"].with_user(self.officer)
        gift = self.env["loyalty.card"].create({"program_id": self.gift_program.id})
        for term, found in (
            ("13911223344", (self.alice, gift.browse())),
            (self.alice.member_number, (self.alice, gift.browse())),
            (gift.code, (self.alice.browse(), gift)),
        ):
            with Form(Wizard) as form:
                form.term = term
                form.amount = 10
                self.assertEqual((form.member_id, form.card_id), found)
                if not form.card_id:
                    form.program_id = self.program
        self.bob.phone = "+86 139-1122-3344"
        with self.assertLogs("odoo.tests.form", "WARNING"), Form(Wizard) as form:
            form.term = "13911223344"
            self.assertFalse(form.member_id)
            form.member_id = self.bob
            form.amount = 500
            form.program_id = self.program
            self.assertEqual((form.bonus, form.needs_approval), (50, False))
            form.amount = 1001
            self.assertTrue(form.needs_approval)
            form.amount = 500
        wizard = form.record
        action = wizard.action_top_up()
        self.assertEqual(wizard.action_top_up()["res_id"], action["res_id"])
        self.assertCard(self.bob._member_card(self.program), 550)

    def test_receipt(self):
        request = self.ask(self.officer, 500)
        html = self.env["ir.actions.report"]._render_qweb_html("giftcard_points.report_top_up", request.ids)[0].decode()
        for text in (request.name, "Alice", "550", "Cash", self.officer.name, self.wallet.code[-4:]):
            self.assertIn(text, html)
        self.assertNotIn(self.wallet.code, html)
