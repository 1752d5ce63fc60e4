from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common_accounting import DAY, NOON, AccountingCase


@tagged("post_install", "-at_install")
class TestAccounts(AccountingCase):
    """The generic chart, and which accounts native documents post to."""

    def test_generic_chart(self):
        self.assertEqual(self.account("liability").account_type, "liability_current")
        self.assertEqual(self.account("clearing").account_type, "liability_current")
        self.assertNotEqual(self.account("liability"), self.account("clearing"))
        self.assertEqual(self.account("breakage").account_type, "income_other")
        self.assertEqual(self.account("bonus").account_type, "expense")
        self.assertEqual(self.company.giftcard_journal_id.type, "general")

    def test_setting_up_again_keeps_what_is_set(self):
        own = self.account("liability").copy()
        self.company.giftcard_liability_account_id = own
        before = self.env["account.account"].search_count([])
        self.company.action_giftcard_set_up_accounts()
        self.assertEqual(self.account("liability"), own)
        self.assertEqual(self.env["account.account"].search_count([]), before)

    def test_company_without_chart_is_told(self):
        bare = self.env["res.company"].create({"name": "Bare"})
        with self.assertRaises(UserError):
            bare.action_giftcard_set_up_accounts()
        self.assertFalse(bare._giftcard_posts())

    def test_products_of_a_program_post_to_clearing(self):
        """Also when they name an income account, which stock Odoo recommends for gift cards."""
        loaded = self.gifts.rule_ids.product_ids
        loaded.property_account_income_id = self.account("liability")
        paying = self.gifts.reward_ids.discount_line_product_id
        for product in loaded | paying:
            self.assertEqual(product._get_product_accounts()["income"], self.account("clearing"))
        self.assertEqual(self.product_a._get_product_accounts()["income"], self.company_data["default_account_revenue"])
        own = self.account("clearing").copy()
        self.env["giftcard.account.mapping"].create({"program_id": self.gifts.id, "clearing_account_id": own.id})
        self.assertEqual(paying._get_product_accounts()["income"], own)
        self.company.giftcard_journal_id = False
        self.assertEqual(loaded._get_product_accounts()["income"], self.account("liability"))

    def test_products_of_programs_are_looked_up_once_and_anew_when_one_changes(self):
        template, other = self.gifts.rule_ids.product_ids.product_tmpl_id, self.product_a.product_tmpl_id
        self.assertEqual(template._money_program(self.company), self.gifts)
        with self.assertQueryCount(0):
            self.assertEqual(template._money_program(self.company), self.gifts)
            self.assertFalse(other._money_program(self.company))
        self.gifts.rule_ids.product_ids = self.product_a
        self.assertFalse(template._money_program(self.company))
        self.assertEqual(other._money_program(self.company), self.gifts)
        reward = self.wallets.reward_ids
        paying = reward.discount_line_product_id.product_tmpl_id
        self.assertEqual(paying._money_program(self.company), self.wallets)
        self.wallets.company_id = self.env["res.company"].create({"name": "Other"})
        self.assertFalse(paying._money_program(self.company))
        self.gifts.rule_ids.unlink()
        self.assertFalse(other._money_program(self.company))

    def test_invoices_and_daily_entries_leave_nothing_in_clearing(self):
        """A card is sold by invoice and pays a part of another; only the sale of goods is income."""
        self.product_a.taxes_id = False
        with freeze_time(NOON):
            self._invoice([(self.gifts.rule_ids.product_ids, 100)])
            self._invoice([(self.product_a, 150), (self.gifts.reward_ids.discount_line_product_id, -60)])
        self.issue(self.card, 100)
        self.spend(self.card, 60)
        self.assertEqual(self.balance("clearing"), 40)
        self.post()
        self.assertBalances(clearing=0, liability=40)
        income = self.env["account.move.line"].search(
            [("account_id", "=", self.company_data["default_account_revenue"].id)]
        )
        self.assertEqual(-sum(income.mapped("balance")), 150)
        self.assertEven(DAY, 40)

    def test_sales_orders_and_daily_entries_leave_nothing_in_clearing(self):
        """The program issues the card by one order; it pays a part of the next."""
        self.product_a.write({"taxes_id": False, "list_price": 150, "invoice_policy": "order"})
        loaded = self.gifts.rule_ids.product_ids
        loaded.write({"list_price": 100, "invoice_policy": "order"})
        with freeze_time(NOON):
            self._sell(self._order(loaded))
            card = self.gifts.coupon_ids - self.card
            self.assertEqual(card.balance, 100)
            order = self._order(self.product_a)
            order._try_apply_code(card.code)
            order._apply_program_reward(self.gifts.reward_ids, card)
            self.assertEqual(order.amount_total, 50)
            self._sell(order)
        self.assertEqual(card.balance, 0)
        self.post()
        self.assertBalances(clearing=0, liability=0)
        income = self.company_data["default_account_revenue"]
        items = self.env["account.move.line"].search([("account_id", "=", income.id)])
        self.assertEqual(-sum(items.mapped("balance")), 150)

    def _order(self, product):
        order = self.env["sale.order"].create(
            {"partner_id": self.partner_a.id, "order_line": [Command.create({"product_id": product.id})]}
        )
        order._update_programs_and_rewards()
        return order

    def _sell(self, order):
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.invoice_date = DAY
        invoice.action_post()

    def _invoice(self, lines):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner_a.id,
                "invoice_date": DAY,
                "invoice_line_ids": [
                    Command.create({"product_id": product.id, "price_unit": price, "tax_ids": [Command.clear()]})
                    for product, price in lines
                ],
            }
        )
        move.action_post()
        return move


class ChineseCase(AccountTestInvoicingCommon):
    codes = {}

    def test_accounts(self):
        company = self.company_data["company"]
        company._giftcard_set_up_accounts()
        found = {
            role: company[f"giftcard_{role}_account_id"].with_company(company).code
            for role in ("liability", "clearing", "breakage", "bonus")
        }
        self.assertEqual(found, self.codes)
        self.assertTrue(company._giftcard_posts())


@tagged("post_install", "-at_install")
class TestSmallEnterpriseAccounts(ChineseCase):
    """小企业会计准则: 预收账款, 其他应付款, 营业外收入, 广告费和业务宣传费"""

    codes = {"liability": "220301", "clearing": "224101", "breakage": "530100", "bonus": "560102"}

    @classmethod
    @AccountTestInvoicingCommon.setup_chart_template("cn")
    def setUpClass(cls):
        super().setUpClass()


@tagged("post_install", "-at_install")
class TestEnterpriseAccounts(ChineseCase):
    """企业会计准则: 合同负债, 其他应付款, 其他业务收入, 销售费用"""

    codes = {"liability": "220401", "clearing": "224101", "breakage": "605100", "bonus": "660100"}

    @classmethod
    @AccountTestInvoicingCommon.setup_chart_template("cn_large_bis")
    def setUpClass(cls):
        super().setUpClass()


@tagged("post_install", "-at_install")
class TestChinesePosting(AccountingCase):
    """The same entries by the Chinese chart, which books corrections as negative amounts (红字)."""

    @classmethod
    @AccountTestInvoicingCommon.setup_chart_template("cn")
    def setUpClass(cls):
        super().setUpClass()

    def test_day_is_posted(self):
        self.issue(self.card, 100)
        self.issue(self.card, 10, origin="bonus", kind="load")
        self.spend(self.card, 30)
        self.post()
        self.assertBalances(liability=80, clearing=-70, bonus=-10, breakage=0)
        self.assertEven(DAY, 80)


del ChineseCase, AccountTestInvoicingCommon
