from datetime import date

import psycopg2
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common_accounting import AccountingCase

NOW = "2026-03-31 04:00:00"


@tagged("post_install", "-at_install")
class TestPointsPosting(AccountingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.points = cls._make_program("loyalty", "Points", point_value=0.01, expected_use=80)
        cls.points_card = cls._make_card(cls.points)
        cls.liability = cls.company._giftcard_open_account("Points")
        cls.company.giftcard_points_account_id = cls.liability
        cls.accountant = new_test_user(
            cls.env,
            "points-accountant",
            groups="base.group_user,account.group_account_user",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def estimate(self, day, user=None, when=NOW):
        with freeze_time(when):
            self.env.flush_all()
            Wizard = self.env["giftcard.points.post"].with_user(user or self.accountant)
            Wizard = Wizard.with_company(self.company)
            action = Wizard.create({"date": day, "company_id": self.company.id}).action_post()
            return self.env["giftcard.points.posting"].browse(action["res_id"])

    def assertBooks(self, liability):
        """The account holds one estimate, against the cost."""
        items = self.env["account.move.line"].search(
            [("account_id", "=", self.liability.id), ("parent_state", "=", "posted")]
        )
        self.assertEqual(round(-sum(items.mapped("balance")), 2), liability)
        self.assertEqual(-self.balance("bonus"), liability)

    def test_estimate_is_posted_by_the_figures_of_the_report(self):
        self.issue(self.points_card, 1000, kind="earn")
        self.spend(self.points_card, 250)
        posting = self.estimate("2026-03-31")
        line = posting.line_ids
        self.assertEqual(
            (line.program_id, line.points, line.point_value, line.expected_use, line.amount),
            (self.points, 750, 0.01, 80, 6),
        )
        self.assertEqual(
            (posting.move_id.state, posting.move_id.date, posting.reversal_id.id), ("posted", date(2026, 3, 31), False)
        )
        self.assertBooks(6)

    def test_next_estimate_reverses_the_one_before(self):
        self.issue(self.points_card, 1000, kind="earn")
        first = self.estimate("2026-03-30")
        self.spend(self.points_card, 500)
        second = self.estimate("2026-03-31")
        self.assertEqual(second.previous_id, first)
        self.assertEqual(second.reversal_id.reversed_entry_id, first.move_id)
        self.assertEqual((second.reversal_id.state, second.reversal_id.date), ("posted", date(2026, 3, 31)))
        self.assertBooks(4)

    def test_estimate_of_nothing_reverses_alone(self):
        self.issue(self.points_card, 1000, kind="earn")
        self.estimate("2026-03-30")
        self.spend(self.points_card, 1000)
        posting = self.estimate("2026-03-31")
        self.assertEqual((bool(posting.reversal_id), bool(posting.move_id)), (True, False))
        self.assertBooks(0)

    def test_what_the_accountant_has_reversed_is_not_reversed_again(self):
        self.issue(self.points_card, 1000, kind="earn")
        first = self.estimate("2026-03-30")
        first.move_id._reverse_moves([{"date": date(2026, 3, 30)}], cancel=True)
        self.spend(self.points_card, 500)
        self.assertFalse(self.estimate("2026-03-31").reversal_id)
        self.assertBooks(4)

    def test_entry_that_is_not_posted_is_not_reversed(self):
        self.issue(self.points_card, 1000, kind="earn")
        self.estimate("2026-03-30").move_id.button_draft()
        self.spend(self.points_card, 500)
        with self.assertRaisesRegex(UserError, "Post journal entry"):
            self.estimate("2026-03-31")

    def test_once_a_date_never_back_never_ahead(self):
        self.issue(self.points_card, 1000, kind="earn")
        self.estimate("2026-03-30")
        self.spend(self.points_card, 500)
        for day in ("2026-03-30", "2026-03-29", "2026-04-01"):
            with self.subTest(day=day), self.assertRaises(UserError):
                self.estimate(day)
        self.assertBooks(8)

    def test_nothing_changed_nothing_posted(self):
        with self.assertRaisesRegex(UserError, "Nothing has changed"):
            self.estimate("2026-03-29")
        self.issue(self.points_card, 1000, kind="earn")
        self.estimate("2026-03-30")
        with self.assertRaisesRegex(UserError, "Nothing has changed"):
            self.estimate("2026-03-31")
        self.points.expected_use = 50
        self.estimate("2026-03-31")
        self.assertBooks(5)

    def test_program_has_accounts_of_its_own(self):
        own = self.company._giftcard_open_account("Points of a partner")
        self.env["giftcard.account.mapping"].create(
            {"program_id": self.points.id, "company_id": self.company.id, "liability_account_id": own.id}
        )
        self.issue(self.points_card, 1000, kind="earn")
        posting = self.estimate("2026-03-31")
        self.assertEqual(
            {item.account_id: item.balance for item in posting.move_id.line_ids},
            {own: -8, self.account("bonus"): 8},
        )

    def test_without_accounts_it_is_a_report(self):
        self.company.giftcard_points_account_id = False
        self.issue(self.points_card, 1000, kind="earn")
        with self.assertRaisesRegex(UserError, "accounts for the points of Points"):
            self.estimate("2026-03-31")
        self.assertFalse(self.env["giftcard.points.posting"].search([("company_id", "=", self.company.id)]))

    def test_two_estimates_cannot_replace_the_same(self):
        self.issue(self.points_card, 1000, kind="earn")
        first = self.estimate("2026-03-29")
        Posting = self.env["giftcard.points.posting"].sudo()
        values = {"company_id": self.company.id, "previous_id": first.id}
        Posting.create({**values, "date": "2026-03-30"})
        for wrong in ({**values, "date": "2026-03-31"}, {"company_id": self.company.id, "date": "2026-03-31"}):
            with (
                self.assertRaises(psycopg2.errors.UniqueViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                Posting.create(wrong)

    def test_accountants_post_auditors_read(self):
        self.issue(self.points_card, 1000, kind="earn")
        auditor = new_test_user(
            self.env,
            "points-auditor",
            groups="giftcard_points.group_auditor",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        with self.assertRaises(AccessError):
            self.env["giftcard.points.posting"].with_user(auditor)._post(self.company, date(2026, 3, 31))
        posting = self.estimate("2026-03-31")
        self.assertEqual(posting.with_user(auditor).line_ids.amount, 8)
        for user in (auditor, self.accountant):
            with self.assertRaises(AccessError):
                posting.with_user(user).write({"date": "2026-01-01"})
            with self.assertRaises(AccessError):
                posting.with_user(user).unlink()
        posting.move_id.button_draft()
        with self.assertRaises(psycopg2.errors.RestrictViolation), mute_logger("odoo.sql_db"):
            posting.move_id.unlink()
