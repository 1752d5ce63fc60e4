from datetime import date

from freezegun import freeze_time

from odoo import Command

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.giftcard_points.models.ledger.act import Act

DAY = date(2026, 3, 2)
NOON = "2026-03-02 04:00:00"  # UTC: noon in China
NEXT_NOON = "2026-03-03 04:00:00"


class AccountingCase(AccountTestInvoicingCommon):
    """A company that posts, with a gift card of its own programme; ledger and books agree when a test ends."""

    @classmethod
    def get_default_groups(cls):
        groups = cls.quick_ref("giftcard_points.group_manager") | cls.quick_ref("sales_team.group_sale_manager")
        return super().get_default_groups() | groups

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.company.partner_id.tz = "Asia/Shanghai"
        cls.company._giftcard_set_up_accounts()
        cls.ledger = cls.env["giftcard.ledger"]
        cls.Posting = cls.env["giftcard.posting"]
        cls.gifts = cls._make_program("gift_card", "Gift cards")
        cls.wallets = cls._make_program("ewallet", "Wallet")
        cls.card = cls._make_card(cls.gifts)
        cls.store = cls.env["giftcard.store"].create({"name": "Store", "code": "S", "company_id": cls.company.id})

    @classmethod
    def _make_program(cls, program_type, name, **values):
        Program = cls.env["loyalty.program"]
        defaults = Program._program_type_default_values()[program_type]
        product = cls.env["product.product"].create({"name": name, "type": "service", "taxes_id": [Command.clear()]})
        rule = {"reward_point_amount": 1, "reward_point_mode": "money", "product_ids": [Command.set(product.ids)]}
        return Program.create(
            {
                "name": name,
                "program_type": program_type,
                "company_id": cls.company.id,
                "currency_id": cls.company.currency_id.id,
                **{key: value for key, value in defaults.items() if key in ("applies_on", "trigger", "reward_ids")},
                "rule_ids": [Command.clear(), Command.create(rule)],
                **values,
            }
        )

    @classmethod
    def _make_card(cls, program):
        return cls.env["loyalty.card"].create({"program_id": program.id})

    def tearDown(self):
        self.assertEqual(self.ledger._check_invariants(), [])
        super().tearDown()

    def issue(self, card, amount, origin=None, kind="issue", when=NOON):
        with freeze_time(when):
            return self.ledger._grant(Act(kind, store_id=self.store.id), card, amount, origin=origin)

    def spend(self, card, amount, when=NOON):
        with freeze_time(when):
            return self.ledger._spend(Act("spend", store_id=self.store.id), card, amount)

    def post(self, day=DAY, company=None):
        with freeze_time("2026-03-20 04:00:00"):
            return self.Posting.sudo()._post_day(company or self.company, day)

    def account(self, role):
        return self.company[f"giftcard_{role}_account_id"]

    def balance(self, role, currency=False):
        """:return: the credit balance of an account"""
        items = self.env["account.move.line"].search(
            [("account_id", "=", self.account(role).id), ("parent_state", "=", "posted")]
        )
        return round(-sum(items.mapped("amount_currency" if currency else "balance")), 2)

    def close(self, day=DAY, program=None, when="2026-03-20 04:00:00"):
        with freeze_time(when):
            self.env["giftcard.close"].invalidate_model()
            close = self.env["giftcard.close"].search(
                [
                    ("day", "=", day),
                    ("program_id", "=", (program or self.gifts).id),
                    ("company_id", "=", self.company.id),
                ]
            )
            close.mapped("state")
            return close

    def assertEven(self, day, amount, program=None):
        close = self.close(day, program)
        self.assertEqual((close.ledger, close.booked, close.difference, close.state), (amount, amount, 0, "even"))

    def assertBalances(self, **balances):
        self.assertEqual({role: self.balance(role) for role in balances}, balances)
