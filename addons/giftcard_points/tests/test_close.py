from datetime import date, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .common_accounting import DAY, NEXT_NOON, AccountingCase

TUESDAY = DAY + timedelta(days=1)


@tagged("post_install", "-at_install")
class TestClose(AccountingCase):
    def test_every_day_is_compared(self):
        self.issue(self.card, 100)
        self.spend(self.card, 30, when=NEXT_NOON)
        self.post()
        self.post(TUESDAY)
        self.assertEven(DAY, 100)
        self.assertEven(TUESDAY, 70)
        self.assertEven(date(2026, 3, 19), 70)
        self.assertFalse(self.close(date(2026, 3, 20)), "the day has not ended")

    def test_day_to_post_names_its_operations(self):
        issued = self.issue(self.card, 100)
        self.post()
        spent = self.spend(self.card, 30, when=NEXT_NOON)
        self.assertEven(DAY, 100)
        close = self.close(TUESDAY)
        self.assertEqual((close.ledger, close.booked, close.difference, close.unposted), (70, 100, -30, 1))
        self.assertEqual(close.state, "open")
        self.assertEqual(close._operations(), spent)
        self.assertNotIn(issued.id, close.action_open_operations()["domain"][0][2])
        with freeze_time("2026-03-20 04:00:00"):
            close.with_user(self._accountant()).action_post()
        self.assertEven(TUESDAY, 70)

    def test_changed_journal_entry_names_the_operations_behind(self):
        self.issue(self.card, 100)
        spent = self.spend(self.card, 30)
        spend = self.post().filtered(lambda posting: posting.kind == "spend")
        spend.move_id.button_draft()
        close = self.close()
        self.assertEqual((close.difference, close.state, close._operations()), (-30, "odd", spent))
        later = self.spend(self.card, 5, when=NEXT_NOON)
        self.assertEqual(self.close(TUESDAY).state, "odd", "not only what is still to post")
        self.assertEqual(self.close(TUESDAY)._operations(), spent | later)
        [violation] = self.ledger._check_invariants()
        self.assertEqual(violation["invariant"], "the general-ledger liability is what the postings say")
        self.assertEqual(violation["rows"][0]["posting_id"], spend.id)
        spend.move_id.action_post()
        self.assertEven(DAY, 70)

    def test_reversed_journal_entry_shows(self):
        self.issue(self.card, 100)
        move = self.post().move_id
        reversal = move._reverse_moves([{"date": TUESDAY}], cancel=False)
        reversal.action_post()
        self.assertEven(DAY, 100)
        close = self.close(TUESDAY)
        self.assertEqual((close.booked, close.difference, close.state), (0, 100, "odd"))
        self.assertEqual(close._operations(), self.card.entry_ids.operation_id)
        again = reversal._reverse_moves([{"date": TUESDAY}], cancel=False)
        again.action_post()
        self.assertEven(TUESDAY, 100)

    def test_accountant_sees_his_companies(self):
        self.issue(self.card, 100)
        other = self.setup_other_company()["company"]
        program = self._make_program("gift_card", "Elsewhere", company_id=other.id)
        self.issue(self._make_card(program), 5)
        with freeze_time("2026-03-20 04:00:00"):
            seen = self.env["giftcard.close"].with_user(self._accountant()).search([])
        self.assertEqual(seen.program_id, self.gifts)

    def _accountant(self):
        return self.env["res.users"].create(
            {
                "name": "Accountant",
                "login": "close-accountant",
                "company_id": self.company.id,
                "company_ids": [(6, 0, self.company.ids)],
                "group_ids": [(6, 0, [self.env.ref("account.group_account_user").id])],
            }
        )
