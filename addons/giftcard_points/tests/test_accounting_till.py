from freezegun import freeze_time

from odoo import Command, fields
from odoo.tests import tagged

from odoo.addons.point_of_sale.tests.common import TestPoSCommon


@tagged("post_install", "-at_install")
class TestAccountingTill(TestPoSCommon):
    """A session that sells a card and takes it: what stock Odoo books at its close and what the ledger adds meet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company._giftcard_set_up_accounts()
        cls.config = cls.basic_config
        cls.headphones = cls.create_product("Headphones", cls.categ_basic, 30)
        cls.program = cls.env["loyalty.program"].browse(
            cls.env["loyalty.program"].create_from_template("gift_card")["res_id"]
        )
        cls.program.write(
            {
                "pos_report_print_id": cls.env.ref("loyalty.report_gift_card").id,
                "currency_id": cls.config.currency_id.id,
            }
        )
        cls.gift_card = cls.create_product("Gift Card", cls.categ_basic, 50)
        cls.program.rule_ids.product_ids = cls.gift_card

    def setUp(self):
        super().setUp()
        self.open_new_session()

    def tearDown(self):
        self.assertEqual(self.env["giftcard.ledger"]._check_invariants(), [])
        super().tearDown()

    def test_session_and_daily_entry_meet_in_clearing(self):
        card = self.sell_card(50)
        self.pay_by_card(card, 30)
        self.pos_session.action_pos_session_closing_control()
        clearing = self.company.giftcard_clearing_account_id
        self.assertEqual(self.balance(clearing), 20, "sold for 50, taken for 30")
        self.assertEqual(self.balance(self.company.giftcard_liability_account_id), 0)
        self.assertEqual(self.balance(self.sales_account), 30, "the card is no income, the goods are")
        today = self.company._giftcard_today()
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), days=2)):
            self.env["giftcard.posting"].sudo()._post_day(self.company, today)
        self.assertEqual(self.balance(clearing), 0)
        self.assertEqual(self.balance(self.company.giftcard_liability_account_id), 20)
        self.assertEqual(card.balance, 20)

    def sell_card(self, value):
        data = self.create_ui_order_data([(self.gift_card, 1)], payments=[(self.cash_pm1, value)])
        order = self.store(data)
        order.confirm_coupon_programs({"-1": {"points": value, "program_id": self.program.id, "coupon_id": -1}})
        return self.program.coupon_ids

    def pay_by_card(self, card, amount):
        reward = self.program.reward_ids
        data = self.create_ui_order_data([(self.headphones, 1)], payments=[])
        line = {
            "product_id": reward.discount_line_product_id.id,
            "qty": 1,
            "price_unit": -amount,
            "price_subtotal": -amount,
            "price_subtotal_incl": -amount,
            "tax_ids": [Command.clear()],
            "is_reward_line": True,
            "reward_id": reward.id,
            "coupon_id": card.id,
            "reward_identifier_code": "1",
            "points_cost": amount,
        }
        data["lines"].append(Command.create(line))
        data["amount_total"] = data["amount_paid"] = 30 - amount
        order = self.store(data)
        order.confirm_coupon_programs(
            {str(card.id): {"points": -amount, "program_id": self.program.id, "coupon_id": card.id}}
        )

    def store(self, data):
        [stored] = self.env["pos.order"].sync_from_ui([data])["pos.order"]
        return self.env["pos.order"].browse(stored["id"])

    def balance(self, account):
        """:return: the credit balance of an account"""
        items = self.env["account.move.line"].search([("account_id", "=", account.id), ("parent_state", "=", "posted")])
        return round(-sum(items.mapped("balance")), 2)
