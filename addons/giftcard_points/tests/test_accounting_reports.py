from datetime import date

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.giftcard_points.models.ledger.act import Act

from .common_accounting import NEXT_NOON, NOON, AccountingCase

FIGURES = ("opening", "issued", "bonus", "used", "expired", "refunded", "transferred", "adjusted", "closing")


@tagged("post_install", "-at_install")
class TestAccountingReports(AccountingCase):
    def roll_forward(self, first, last):
        """:return: {(program, store): figures that are not zero}"""
        Report = self.env["giftcard.roll.forward"].with_context(roll_forward_from=first, roll_forward_to=last)
        Report.invalidate_model()
        rows = Report.search([("company_id", "=", self.company.id)])
        for row in rows:
            self.assertAlmostEqual(
                row.closing,
                row.opening
                + row.issued
                + row.bonus
                - row.used
                - row.expired
                - row.refunded
                + row.transferred
                + row.adjusted,
            )
        return {
            (row.program_id, row.store_id): {figure: round(row[figure], 2) for figure in FIGURES if row[figure]}
            for row in rows
        }

    def test_roll_forward_adds_up(self):
        wallet = self._make_card(self.wallets)
        self.issue(self.card, 100, when="2026-02-27 04:00:00")
        self.issue(self.card, 50)
        self.issue(self.card, 5, origin="bonus")
        undone = self.issue(self.card, 20)
        spent = self.spend(self.card, 30)
        with freeze_time(NOON):
            self.ledger._reverse(Act("reverse", store_id=self.store.id), undone)
            self.ledger._refund(Act("refund", store_id=self.store.id), spent, 10)
            self.ledger._transfer(Act("transfer", store_id=self.store.id), self.card, wallet, 25)
            self.ledger._spend(Act("adjust"), wallet, 1)
        with freeze_time(NEXT_NOON):
            self.ledger._grant(Act("load"), wallet, 8, expires_on="2026-03-03")
        with freeze_time("2026-03-04 04:00:00"):
            self.ledger._expire_cards(wallet, date(2026, 3, 4))
        nowhere = self.env["giftcard.store"]
        march = self.roll_forward("2026-03-01", "2026-03-31")
        cards = {"issued": 70, "bonus": 5, "used": 20, "refunded": 20, "transferred": -25}
        self.assertEqual(
            march,
            {
                (self.gifts, self.store): {"opening": 100, **cards, "closing": 110},
                (self.wallets, self.store): {"transferred": 25, "closing": 25},
                (self.wallets, nowhere): {"issued": 8, "expired": 8, "adjusted": -1, "closing": -1},
            },
        )
        self.assertEqual(self.card.balance + wallet.balance, sum(figures["closing"] for figures in march.values()))
        self.assertEqual(
            self.roll_forward("2026-02-01", "2026-02-28"), {(self.gifts, self.store): {"issued": 100, "closing": 100}}
        )
        april = self.roll_forward("2026-04-01", "2026-04-30")
        self.assertEqual(april[self.gifts, self.store], {"opening": 110, "closing": 110})

    def test_roll_forward_is_of_the_company_s_days(self):
        self.issue(self.card, 1, when="2026-02-28 15:59:59")
        self.issue(self.card, 2, when="2026-02-28 16:00:00")
        self.assertEqual(
            self.roll_forward("2026-03-01", "2026-03-31")[self.gifts, self.store],
            {"opening": 1, "issued": 2, "closing": 3},
        )

    def test_period_is_chosen(self):
        auditor = self.env["res.users"].create(
            {
                "name": "Auditor",
                "login": "report-auditor",
                "company_id": self.company.id,
                "company_ids": [(6, 0, self.company.ids)],
                "group_ids": [(6, 0, [self.env.ref("giftcard_points.group_auditor").id])],
            }
        )
        self.issue(self.card, 100)
        Period = self.env["giftcard.roll.forward.period"].with_user(auditor)
        action = Period.create({"first": "2026-03-01", "last": "2026-03-31"}).action_open()
        Report = self.env[action["res_model"]].with_user(auditor).with_context(**action["context"])
        [(issued,)] = Report._read_group([("program_id", "=", self.gifts.id)], [], ["issued:sum"])
        self.assertEqual(issued, 100)
        with self.assertRaises(ValidationError):
            Period.create({"first": "2026-03-31", "last": "2026-03-01"})

    def test_value_by_age(self):
        with freeze_time("2025-12-31 17:00:00"):
            self.ledger._grant(Act("issue"), self.card, 100, expires_on="2027-05-20")
        self.issue(self.card, 40)
        self.spend(self.card, 30)
        rows = self.ages(self.gifts)
        self.assertEqual(
            [(str(row.cohort), row.age, str(row.expires_on), row.granted, row.used, row.remaining) for row in rows],
            [("2026-03-01", "030", "False", 40, 0, 40), ("2026-01-01", "090", "2027-05-01", 100, 30, 70)],
        )
        self.assertEqual(sum(rows.mapped("estimate")), self.card.balance)

    def test_estimate_of_points(self):
        points = self._make_program("loyalty", "Points", point_value=0.01, expected_use=80)
        card = self._make_card(points)
        self.issue(card, 1000, kind="earn")
        self.spend(card, 250)
        row = self.ages(points)
        self.assertEqual(
            (row.origin, row.granted, row.used, row.remaining, row.estimate), ("earned", 1000, 250, 750, 6)
        )

    def ages(self, program):
        with freeze_time("2026-03-20 04:00:00"):
            self.env["giftcard.lot.age"].invalidate_model()
            rows = self.env["giftcard.lot.age"].search([("program_id", "=", program.id)])
            rows.mapped("age")
            return rows
