from datetime import date, timedelta

import psycopg2
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.giftcard_points.models.ledger.act import Act

from .common_accounting import DAY, NEXT_NOON, NOON, AccountingCase


@tagged("post_install", "-at_install")
class TestPosting(AccountingCase):
    def test_each_kind_is_an_entry_of_its_day(self):
        self.issue(self.card, 100)
        self.issue(self.card, 10, origin="bonus", kind="load")
        self.spend(self.card, 30)
        postings = self.post()
        self.assertEqual(sorted(postings.mapped("kind")), ["issue", "load", "spend"])
        self.assertEqual(set(postings.mapped("move_id.date")), {DAY})
        self.assertEqual(set(postings.mapped("move_id.state")), {"posted"})
        self.assertEqual(postings.move_id.journal_id, self.company.giftcard_journal_id)
        self.assertBalances(liability=80, clearing=-70, bonus=-10, breakage=0)
        self.assertEven(DAY, 80)

    def test_expiry_is_breakage(self):
        with freeze_time(NOON):
            self.ledger._grant(Act("issue"), self.card, 100, expires_on="2026-03-02")
        with freeze_time(NEXT_NOON):
            self.ledger._expire_cards(self.card, date(2026, 3, 3))
        self.post()
        self.post(DAY + timedelta(days=1))
        self.assertBalances(liability=0, clearing=-100, breakage=100)
        self.assertEven(DAY, 100)
        self.assertEven(DAY + timedelta(days=1), 0)

    def test_correction_by_hand_is_a_cost(self):
        self.issue(self.card, 100)
        with freeze_time(NOON):
            self.ledger._grant(Act("adjust", reason="Goodwill"), self.card, 5)
            self.ledger._spend(Act("adjust", reason="Mistake"), self.card, 2)
        self.post()
        self.assertBalances(liability=103, clearing=-100, bonus=-3)

    def test_undone_sale_goes_back_the_way_it_came(self):
        paid = self.issue(self.card, 100)
        bonus = self.issue(self.card, 10, origin="bonus")
        with freeze_time(NOON):
            self.ledger._reverse(Act("reverse"), paid)
            self.ledger._reverse(Act("reverse"), bonus)
        self.post()
        self.assertBalances(liability=0, clearing=0, bonus=0)
        self.assertEven(DAY, 0)

    def test_undone_bonus_that_was_paid_from_other_lots_is_still_a_bonus(self):
        """Of the two lots the bonus was used: taking it back takes paid value, and yet no cash is owed."""
        self.gifts.debt_allowed = True
        with freeze_time(NOON):
            bonus = self.ledger._grant(Act("load"), self.card, 10, origin="bonus", expires_on="2026-04-01")
            self.ledger._grant(Act("load"), self.card, 100, expires_on="2027-04-01")
            self.ledger._spend(Act("spend"), self.card, 10)
            self.ledger._reverse(Act("reverse"), bonus)
        self.post()
        self.assertBalances(liability=90, clearing=-90, bonus=0)

    def test_undone_top_up_of_a_replaced_card_takes_its_bonus_back(self):
        self.env["giftcard.top.up.tier"].create({"program_id": self.gifts.id, "paid": 100, "bonus": 20})
        load = self.issue(self.card, 100, origin="paid", kind="load")
        self.post()
        self.assertBalances(liability=120, clearing=-100, bonus=-20)
        with freeze_time(NOON):
            self.card._replace(Act("replace"))
            self.ledger._reverse(Act("reverse"), load)
        self.post()
        self.assertBalances(liability=0, clearing=0, bonus=0)

    def test_day_of_refunds_is_negative(self):
        self.issue(self.card, 100)
        spent = self.spend(self.card, 60)
        self.post()
        with freeze_time(NEXT_NOON):
            refund = self.ledger._refund(Act("refund"), spent, 40)
            self.ledger._reverse(Act("reverse"), refund)
            self.ledger._refund(Act("refund"), spent, 20)
        postings = self.post(DAY + timedelta(days=1))
        self.assertEqual(
            {posting.kind: sum(posting.line_ids.mapped("amount")) for posting in postings},
            {"refund": 60, "reverse": -40},
        )
        self.assertBalances(liability=60, clearing=-60)
        self.assertEven(DAY + timedelta(days=1), 60)

    def test_undone_reversal_stands_again(self):
        issued = self.issue(self.card, 10, origin="bonus")
        with freeze_time(NOON):
            reversal = self.ledger._reverse(Act("reverse"), issued)
            self.ledger._reverse(Act("reverse"), reversal)
        self.post()
        self.assertBalances(liability=10, clearing=0, bonus=-10)

    def test_value_between_programs_moves_the_liability_alone(self):
        self.env["giftcard.account.mapping"].create(
            {
                "program_id": self.wallets.id,
                "company_id": self.company.id,
                "liability_account_id": self.account("liability").copy().id,
                "clearing_account_id": self.account("clearing").copy().id,
            }
        )
        wallet = self._make_card(self.wallets)
        self.issue(self.card, 100)
        with freeze_time(NOON):
            self.ledger._transfer(Act("transfer"), self.card, wallet, 40)
        postings = self.post()
        transfer = postings.filtered(lambda posting: posting.kind == "transfer")
        self.assertEqual(sum(transfer.line_ids.mapped("amount")), 0)
        self.assertBalances(liability=60, clearing=-100)
        mapping = self.wallets.account_mapping_ids
        moved = transfer.move_id.line_ids.filtered(lambda item: item.account_id == mapping.liability_account_id)
        self.assertEqual(-sum(moved.mapped("balance")), 40)
        self.assertFalse(
            transfer.move_id.line_ids.filtered(lambda item: item.account_id == mapping.clearing_account_id)
        )
        self.assertEven(DAY, 60)
        self.assertEven(DAY, 40, self.wallets)

    def test_gift_within_a_program_makes_no_journal_entry(self):
        self.issue(self.card, 100)
        self.post()
        with freeze_time(NOON):
            self.ledger._transfer(Act("gift"), self.card, self._make_card(self.gifts), 40)
        posting = self.post()
        self.assertEqual((posting.kind, posting.entry_count), ("gift", 2))
        self.assertFalse(posting.move_id)
        self.assertEven(DAY, 100)

    def test_points_are_no_money(self):
        points = self._make_program("loyalty", "Points")
        self.issue(self._make_card(points), 1000, kind="earn")
        self.assertFalse(self.post())

    def test_days_are_the_company_s(self):
        self.issue(self.card, 1, when="2026-03-01 15:59:59")
        self.issue(self.card, 2, when="2026-03-01 16:00:00")
        self.issue(self.card, 4, when="2026-03-02 15:59:59")
        self.issue(self.card, 8, when="2026-03-02 16:00:00")
        self.assertEqual(self.post().line_ids.amount, 6)
        self.assertEqual(self.Posting._days_to_post(self.company), [DAY - timedelta(days=1), DAY + timedelta(days=1)])

    def test_program_has_accounts_of_its_own(self):
        own = self.account("liability").copy()
        self.env["giftcard.account.mapping"].create(
            {"program_id": self.gifts.id, "company_id": self.company.id, "liability_account_id": own.id}
        )
        self.issue(self.card, 100)
        move = self.post().move_id
        self.assertEqual(move.line_ids.account_id, own | self.account("clearing"))

    # Exactly once

    def test_posting_again_posts_nothing(self):
        self.issue(self.card, 100)
        self.post()
        self.assertFalse(self.post())
        self.assertBalances(liability=100)

    def test_late_entry_gets_a_posting_of_its_own(self):
        self.issue(self.card, 100)
        first = self.post()
        before = first.move_id.line_ids.mapped("balance")
        self.issue(self.card, 7)
        late = self.post()
        self.assertEqual((late.number, late.day, late.line_ids.amount), (2, DAY, 7))
        self.assertEqual(first.move_id.line_ids.mapped("balance"), before)
        self.assertEven(DAY, 107)

    @mute_logger("odoo.sql_db")
    def test_database_keeps_an_entry_from_being_posted_twice(self):
        self.issue(self.card, 100)
        posting = self.post()
        entry = self.card.entry_ids
        self.assertEqual(entry.posting_id, posting)
        with self.assertRaises(psycopg2.errors.UniqueViolation):
            self.env["giftcard.posting.entry"].sudo().create({"entry_id": entry.id, "posting_id": posting.id})
        for statement in (
            "DELETE FROM giftcard_posting_entry",
            "UPDATE giftcard_posting_entry SET posting_id = posting_id",
        ):
            with self.assertRaises(psycopg2.errors.RestrictViolation), self.env.cr.savepoint():
                self.env.cr.execute(statement)

    def test_posted_journal_entry_cannot_be_deleted(self):
        self.issue(self.card, 100)
        move = self.post().move_id
        move.button_draft()
        with self.assertRaises(psycopg2.errors.RestrictViolation), mute_logger("odoo.sql_db"):
            move.with_context(force_delete=True).unlink()
        move.action_post()

    def test_late_entry_of_a_locked_period_is_booked_in_the_first_open_one(self):
        self.issue(self.card, 100)
        self.post()
        self.issue(self.card, 7)
        self.company.fiscalyear_lock_date = "2026-03-10"
        late = self.post()
        self.assertGreater(late.move_id.date, date(2026, 3, 10))
        self.assertEqual(late.day, DAY)
        self.assertBalances(liability=107)

    def test_cron_posts_ended_days_of_companies_that_are_set_up(self):
        self.issue(self.card, 100)
        self.issue(self.card, 50, when=NEXT_NOON)
        with freeze_time(NEXT_NOON), self.enter_registry_test_mode():
            self.env.ref("giftcard_points.ir_cron_post").method_direct_trigger()
        self.assertBalances(liability=100)
        self.company.giftcard_bonus_account_id = False
        with freeze_time("2026-03-20 04:00:00"), self.enter_registry_test_mode():
            self.env.ref("giftcard_points.ir_cron_post").method_direct_trigger()
        self.assertBalances(liability=100)

    def test_company_that_cannot_post_does_not_stop_the_others(self):
        self.issue(self.card, 100)
        other = self.setup_other_company()["company"]
        other._giftcard_set_up_accounts()
        program = self._make_program("gift_card", "Elsewhere", company_id=other.id)
        self.issue(self._make_card(program), 5)
        first, second = sorted(
            (self.company, other), key=lambda company: self.env["res.company"].search([]).ids.index(company.id)
        )
        first.giftcard_liability_account_id.active = False
        with (
            freeze_time("2026-03-20 04:00:00"),
            self.enter_registry_test_mode(),
            mute_logger("odoo.addons.giftcard_points.models.accounting.giftcard_posting"),
        ):
            self.env.ref("giftcard_points.ir_cron_post").method_direct_trigger()
        self.assertFalse(self.Posting.search([("company_id", "=", first.id)]))
        self.assertTrue(self.Posting.search([("company_id", "=", second.id)]).move_id)

    # Currencies

    def test_rounding_is_carried(self):
        """Yen have no cents; the ledger has. What a day's entry cannot carry comes with a later one."""
        yen = self.env.ref("base.JPY")
        yen.active = True
        program = self._make_program("gift_card", "Yen", currency_id=yen.id)
        card = self._make_card(program)
        booked = []
        for day in range(4):
            self.issue(card, 10.3, when=f"2026-03-0{day + 2} 04:00:00")
            booked += self.post(DAY + timedelta(days=day)).line_ids.mapped("booked")
        self.assertEqual(booked, [10, 11, 10, 10])
        close = self.close(DAY + timedelta(days=3), program)
        self.assertEqual((close.ledger, close.booked, round(close.rounding, 2)), (41.2, 41, 0.2))
        self.assertEqual((close.difference, close.state), (0, "even"))

    def test_foreign_program_is_posted_in_its_currency(self):
        currency = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        program = self._make_program("gift_card", "Euro", currency_id=currency.id)
        self.issue(self._make_card(program), 100)
        item = self.post().move_id.line_ids.filtered(lambda item: item.account_id == self.account("liability"))
        self.assertEqual((item.currency_id, item.amount_currency, item.balance), (currency, -100, -200))
        self.assertEven(DAY, 100, program)

    # Rights

    def test_accountant_posts_and_auditor_reads(self):
        self.issue(self.card, 100)
        accountant = self._make_user("accountant", "account.group_account_user")
        auditor = self._make_user("auditor", "giftcard_points.group_auditor")
        officer = self._make_user("officer", "giftcard_points.group_officer")
        with freeze_time("2026-03-20 04:00:00"):
            for user in (auditor, officer):
                with self.assertRaises(AccessError):
                    self.Posting.with_user(user)._post_days(self.company, DAY, DAY)
            wizard = self.env["giftcard.post"].with_user(accountant).create({"first": DAY, "last": DAY})
            action = wizard.action_post()
        posting = self.Posting.with_user(accountant).search(action["domain"])
        self.assertEqual(posting.line_ids.amount, 100)
        self.assertEqual(posting.with_user(auditor).line_ids.amount, 100)
        operations = (
            self.env["giftcard.operation"].with_user(accountant).search(posting.action_open_operations()["domain"])
        )
        self.assertEqual(operations.entry_ids, self.card.entry_ids)
        for user in (accountant, auditor):
            with self.assertRaises(AccessError):
                posting.with_user(user).write({"day": "2026-01-01"})
            with self.assertRaises(AccessError):
                posting.with_user(user).unlink()
        with self.assertRaises(AccessError):
            self.env["giftcard.account.mapping"].with_user(auditor).create({"program_id": self.gifts.id})
        self.env["giftcard.account.mapping"].with_user(accountant).create({"program_id": self.gifts.id})

    def test_companies_are_apart(self):
        other = self.setup_other_company()["company"]
        other._giftcard_set_up_accounts()
        program = self._make_program("gift_card", "Elsewhere", company_id=other.id)
        self.issue(self._make_card(program), 5)
        self.issue(self.card, 100)
        self.post(company=other)
        accountant = self._make_user("accountant", "account.group_account_user")
        accountant.write({"company_ids": [(6, 0, self.company.ids)], "company_id": self.company.id})
        Posting = self.Posting.with_user(accountant)
        self.assertFalse(Posting.search([]))
        with self.assertRaises(AccessError), freeze_time("2026-03-20 04:00:00"):
            Posting._post_days(other, DAY, DAY)
        self.assertBalances(liability=0)

    def test_day_that_has_not_ended_is_not_posted(self):
        self.issue(self.card, 100)
        with freeze_time(NOON), self.assertRaises(UserError):
            self.Posting._post_days(self.company, DAY, DAY)

    def test_company_without_accounts_is_told(self):
        self.company.giftcard_journal_id = False
        with self.assertRaises(UserError):
            self.Posting._post_days(self.company, DAY, DAY)

    @classmethod
    def _make_user(cls, login, groups):
        user = cls.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "company_id": cls.company.id,
                "company_ids": [(6, 0, cls.company.ids)],
                "group_ids": [(6, 0, [cls.env.ref(group).id for group in ["base.group_user", *groups.split(",")]])],
            }
        )
        return user
