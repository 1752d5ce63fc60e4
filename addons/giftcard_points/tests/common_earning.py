from odoo import Command
from odoo.tests import new_test_user

from odoo.addons.point_of_sale.tests.common import TestPoSCommon


class EarningCase(TestPoSCommon):
    """A till in a store, a member, a points programme; the invariants are checked when a test ends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("giftcard_points.group_manager")
        cls.cashier = new_test_user(
            cls.env,
            "cashier",
            groups="base.group_user,point_of_sale.group_pos_user",
            company_id=cls.env.company.id,
            company_ids=cls.env.company.ids,
        )
        cls.config = cls.basic_config
        cls.Order = cls.env["pos.order"]
        cls.store, cls.elsewhere = cls.env["giftcard.store"].create(
            [{"name": "Here", "code": "HERE"}, {"name": "Elsewhere", "code": "ELSE"}]
        )
        cls.config.giftcard_store_id = cls.store
        cls.shirt = cls.create_product("Shirt", cls.categ_basic, 100)
        cls.radio = cls.create_product("Radio", cls.categ_anglo, 100)
        cls.env["loyalty.program"].search([]).active = False
        cls.program = cls.env["loyalty.program"].create(
            {
                "name": "Points",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "currency_id": cls.config.currency_id.id,
                "rule_ids": [
                    Command.create({"reward_point_amount": 0.1, "reward_point_mode": "money", "minimum_qty": 1})
                ],
                "reward_ids": [
                    Command.create(
                        {"reward_type": "discount", "discount_mode": "per_order", "discount": 5, "required_points": 10}
                    )
                ],
            }
        )
        cls.rule = cls.program.rule_ids
        cls.env["giftcard.tier"].search([]).active = False
        cls.env.flush_all()
        cls.tier = cls.env["giftcard.tier"].create({"name": "Member", "threshold": 0})
        cls.member = cls.env["res.partner"].sudo().create({"name": "Mei", "member_tier_id": cls.tier.id}).sudo(False)
        cls.member._join("pos")

    def setUp(self):
        super().setUp()
        self.open_new_session()

    def tearDown(self):
        self.assertEqual(self.env["giftcard.ledger"]._check_invariants(), [])
        super().tearDown()

    @property
    def card(self):
        return self.env["loyalty.card"].search(
            [("partner_id", "=", self.member.id), ("program_id", "=", self.program.id), ("state", "=", "active")]
        )

    def data(self, *lines, rewards=()):
        """:param lines: (product, quantity). :param rewards: (reward, price, points)"""
        data = self.create_ui_order_data(list(lines), customer=self.member, payments=[])
        for reward, price, points in rewards:
            data["lines"].append(
                Command.create(
                    {
                        "product_id": reward.discount_line_product_id.id,
                        "qty": 1,
                        "price_unit": -price,
                        "price_subtotal": -price,
                        "price_subtotal_incl": -price,
                        "tax_ids": [Command.clear()],
                        "is_reward_line": True,
                        "reward_id": reward.id,
                        "coupon_id": self.card.id,
                        "reward_identifier_code": "1",
                        "points_cost": points,
                    }
                )
            )
            data["amount_total"] -= price
        return self.pay(data)

    def pay(self, data):
        total = data["amount_paid"] = data["amount_total"]
        data["payment_ids"] = [
            Command.create({"amount": total, "name": "2026-01-01", "payment_method_id": self.cash_pm1.id})
        ]
        return data

    def store_order(self, data):
        stored = self.Order.with_user(self.cashier).sync_from_ui([data])["pos.order"]
        return self.Order.search([("uuid", "=", data["uuid"])]), stored

    def sell(self, *lines, **kwargs):
        return self.store_order(self.data(*lines, **kwargs))[0]

    def refund(self, order, *quantities):
        """:param quantities: (product, quantity) that come back"""
        data = self.create_ui_order_data(
            [(product, -quantity) for product, quantity in quantities], customer=self.member, payments=[]
        )
        for line in data["lines"]:
            line[2]["refunded_orderline_id"] = order.lines.filtered(
                lambda sold, line=line: sold.product_id.id == line[2]["product_id"]
            ).id
        data["is_refund"] = True
        return self.store_order(self.pay(data))[0]

    def confirm(self, order, points, card=None, **values):
        card_id = (card or self.card).id or -1
        return order.with_user(self.cashier).confirm_coupon_programs(
            {
                str(card_id): {
                    "points": points,
                    "program_id": self.program.id,
                    "coupon_id": card_id,
                    "partner_id": self.member.id,
                    **values,
                }
            }
        )

    def assertCard(self, balance, held=0.0, debt=0.0):
        card = self.card
        card.invalidate_recordset()
        self.assertEqual((card.balance, card.held, card.debt), (balance, held, debt))
