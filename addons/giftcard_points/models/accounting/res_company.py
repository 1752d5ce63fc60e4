from datetime import datetime, time, timedelta

import pytz

from odoo import fields, models
from odoo.exceptions import UserError

# What a chart of accounts calls the four accounts: the group under which one is opened, or the account itself.
# Small enterprises (小企业会计准则): 预收账款, 其他应付款, 营业外收入, 广告费和业务宣传费.
# Enterprises (企业会计准则, standard 14: unused prepayments are revenue): 合同负债, 其他应付款, 其他业务收入, 销售费用.
CHINESE_CODES = {
    "cn": {"liability": "2203", "clearing": "2241", "breakage": "530100", "bonus": "560102"},
    "cn_large_bis": {"liability": "2204", "clearing": "2241", "breakage": "605100", "bonus": "660100"},
}
COUNTERPARTS = ("clearing", "breakage", "bonus")
JOURNAL_CODE = "GIFT"


class ResCompany(models.Model):
    _inherit = "res.company"

    giftcard_journal_id = fields.Many2one(
        "account.journal", string="Gift Card Journal", check_company=True, domain=[("type", "=", "general")]
    )
    giftcard_liability_account_id = fields.Many2one(
        "account.account",
        string="Gift Card Liability Account",
        check_company=True,
        help="What is owed to the holders of gift cards and stored value.",
    )
    giftcard_clearing_account_id = fields.Many2one(
        "account.account",
        string="Gift Card Clearing Account",
        check_company=True,
        help="Invoices and tills post the sale and the use of cards here; "
        "the daily entry moves it to and from the liability.",
    )
    giftcard_breakage_account_id = fields.Many2one(
        "account.account",
        string="Gift Card Breakage Account",
        check_company=True,
        help="Income from value that expired.",
    )
    giftcard_bonus_account_id = fields.Many2one(
        "account.account",
        string="Gift Card Bonus Account",
        check_company=True,
        help="Cost of value given away: bonuses and corrections by hand.",
    )

    def _giftcard_posts(self):
        """:return: whether the value of cards is posted to the general ledger: all accounts and the journal are set"""
        self.ensure_one()
        return bool(
            self.giftcard_journal_id
            and self.giftcard_liability_account_id
            and all(self[f"giftcard_{counterpart}_account_id"] for counterpart in COUNTERPARTS)
        )

    def _giftcard_zone(self):
        """:return: name of the time zone by which the company's days are told apart, the same for every user"""
        return self.partner_id.tz or "UTC"

    def _giftcard_day(self, day):
        """:return: (start, stop) of the company's ``day`` in naive UTC; the stop is the next day's start"""
        zone = pytz.timezone(self._giftcard_zone())

        def midnight(date):
            return zone.localize(datetime.combine(date, time.min)).astimezone(pytz.utc).replace(tzinfo=None)

        return midnight(day), midnight(day + timedelta(days=1))

    def _giftcard_today(self):
        """:return: the company's current date"""
        return fields.Date.context_today(self.with_context(tz=self._giftcard_zone()))

    def _giftcard_zones(self):
        """:return: list of (company id, time zone, current date there) of all companies, for reports by day"""
        # Days are the same for whoever looks; record rules restrict the rows of a report.
        companies = self.sudo().search([])  # pylint: disable=no-search-all; all of them, and few
        return [(company.id, company._giftcard_zone(), company._giftcard_today()) for company in companies]

    def action_giftcard_set_up_accounts(self):
        """Fill the accounts that are empty, by the chart of accounts.

        :raise UserError: when the company has no chart of accounts
        """
        for company in self:
            company.check_access("write")
            if not company._giftcard_set_up_accounts():
                raise UserError(company.env._("%s has no chart of accounts yet.", company.name))

    def _giftcard_set_up_accounts(self):
        """Open a liability and a clearing account of their own, so that their balances can be compared with the ledger;
        take the accounts for breakage and bonuses from the chart.

        :return: whether the company has a chart of accounts
        """
        self.ensure_one()
        # The caller may write the company; the accounts are its own.
        company = self.sudo().with_company(self)
        if not company.chart_template:
            return False
        codes = CHINESE_CODES.get(company.chart_template, {})
        company.giftcard_liability_account_id = company.giftcard_liability_account_id or company._giftcard_open_account(
            self.env._("Gift Cards and Stored Value"), codes.get("liability")
        )
        company.giftcard_clearing_account_id = company.giftcard_clearing_account_id or company._giftcard_open_account(
            self.env._("Gift Card Clearing"), codes.get("clearing")
        )
        company.giftcard_breakage_account_id = company.giftcard_breakage_account_id or (
            company._giftcard_find_account([("code", "=", codes.get("breakage"))])
            or company._giftcard_find_account([("account_type", "=", "income_other")])
            or company.income_account_id
        )
        company.giftcard_bonus_account_id = company.giftcard_bonus_account_id or (
            company._giftcard_find_account([("code", "=", codes.get("bonus"))])
            or company.expense_account_id
            or company._giftcard_find_account([("account_type", "=", "expense")])
        )
        company.giftcard_journal_id = company.giftcard_journal_id or company._giftcard_open_journal()
        return True

    def _giftcard_find_account(self, domain):
        Account = self.env["account.account"]
        return Account.search([*Account._check_company_domain(self), *domain], order="code", limit=1)

    def _giftcard_open_account(self, name, group=None):
        """:param group: code of the account beneath which it is opened; None: beside the first current liability"""
        Account = self.env["account.account"]
        if group:
            code = Account._search_new_account_code(f"{group}01", cache=set())
        else:
            code = Account._search_new_account_code(
                self._giftcard_find_account([("account_type", "=", "liability_current")]).code or "2000"
            )
        return Account.create(
            {
                "name": name,
                "code": code,
                "account_type": "liability_current",
                "company_ids": [fields.Command.link(self.id)],
            }
        )

    def _giftcard_open_journal(self):
        Journal = self.env["account.journal"]
        return Journal.search(
            [*Journal._check_company_domain(self), ("code", "=", JOURNAL_CODE), ("type", "=", "general")], limit=1
        ) or Journal.create(
            {"name": self.env._("Gift Cards"), "code": JOURNAL_CODE, "type": "general", "company_id": self.id}
        )
