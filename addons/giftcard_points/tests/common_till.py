from odoo import Command
from odoo.tests import new_test_user

from odoo.addons.point_of_sale.tests.common import TestPoSCommon


class TillCase(TestPoSCommon):
    """A session at a till, headphones of 30 and a gift card of 50; the invariants are checked when a test ends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cashier = new_test_user(
            cls.env,
            "till-cashier",
            groups="base.group_user,point_of_sale.group_pos_user",
            company_id=cls.env.company.id,
            company_ids=cls.env.company.ids,
        )
        cls.config = cls.basic_config
        cls.Order = cls.env["pos.order"]
        cls.headphones = cls.create_product("Headphones", cls.categ_basic, 30)
        cls.program = cls.env["loyalty.program"].browse(
            cls.env["loyalty.program"].create_from_template("gift_card")["res_id"]
        )
        cls.program.pos_report_print_id = cls.env.ref("loyalty.report_gift_card")
        cls.program.currency_id = cls.config.currency_id
        # Cards with value are made by managers.
        cls.card = cls.env["loyalty.card"].sudo().create({"program_id": cls.program.id, "points": 50})
        cls.card = cls.card.with_env(cls.env)

    def setUp(self):
        super().setUp()
        self.open_new_session()

    def tearDown(self):
        self.assertEqual(self.env["giftcard.ledger"]._check_invariants(), [])
        super().tearDown()

    def order(self, by_card, cost=None, price=30.0):
        """An order of headphones, of which the card pays a part and cash the rest."""
        reward = self.program.reward_ids
        data = self.create_ui_order_data([(self.headphones, 1)], payments=[(self.cash_pm1, price - by_card)])
        data["lines"].append(
            Command.create(
                {
                    "product_id": reward.discount_line_product_id.id,
                    "qty": 1,
                    "price_unit": -by_card,
                    "price_subtotal": -by_card,
                    "price_subtotal_incl": -by_card,
                    "tax_ids": [Command.clear()],
                    "is_reward_line": True,
                    "reward_id": reward.id,
                    "coupon_id": self.card.id,
                    "reward_identifier_code": "1",
                    "points_cost": by_card if cost is None else cost,
                }
            )
        )
        data["amount_total"] = data["amount_paid"] = price - by_card
        return data

    def hold(self, data, amount):
        return self.Order.giftcard_hold(data["uuid"], {str(self.card.id): amount})

    def store(self, data):
        uuid = data["uuid"]
        self.Order.sync_from_ui([data])
        return self.Order.search([("uuid", "=", uuid)])

    def confirm(self, order, amount):
        return order.confirm_coupon_programs(
            {str(self.card.id): {"points": -amount, "program_id": self.program.id, "coupon_id": self.card.id}}
        )

    def assertCard(self, balance, held=0.0):
        self.card.invalidate_recordset()
        self.assertEqual((self.card.balance, self.card.held), (balance, held))
