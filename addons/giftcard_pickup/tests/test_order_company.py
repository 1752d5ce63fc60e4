from odoo.tests import tagged

from .common_cash import CashCase


@tagged("post_install", "-at_install")
class TestOrderCompany(CashCase):
    """A programme of all companies: each redemption is booked where its store is, whoever takes its steps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch = cls.env["res.company"].create({"name": "Branch", "currency_id": cls.company.currency_id.id})
        cls.there = cls.env["stock.warehouse"].search([("company_id", "=", cls.branch.id)], limit=1)
        cls.west = cls.env["giftcard.store"].create(
            {"name": "West", "code": "W", "company_id": cls.branch.id, "warehouse_id": cls.there.id}
        )
        cls.clerk.write({"company_ids": [(4, cls.branch.id)]})
        cls.west.user_ids = cls.clerk
        cls.put(cls.mug, 5, cls.there)
        points, wallet = (cls._make_program(kind, "Everywhere") for kind in ("loyalty", "ewallet"))
        (points | wallet).company_id = False
        cls.points_card, cls.wallet = (cls.alice._member_card(program) for program in (points, wallet))
        for card in (cls.points_card, cls.wallet):
            cls.grant(cls, card, 50)
        cls.reward_there = cls.env["giftcard.reward"].create(
            {
                "product_id": cls.mug.id,
                "program_id": points.id,
                "points_price": 10,
                "published": True,
                "company_id": cls.branch.id,
                "price_ids": [(0, 0, {"points": 4, "cash": 6})],
            }
        )
        cls.price_there = cls.reward_there.price_ids
        cls.customers = cls.env.ref("stock.stock_location_customers").copy({"name": "Customers of Branch"})
        cls.alice.with_company(cls.branch).property_stock_customer = cls.customers

    def submitted(self):
        redemption = self.order(
            2, reward=self.reward_there, price=self.price_there, store=self.west, wallet_id=self.wallet.id
        )
        self.assertEqual(redemption.company_id, self.branch)
        return redemption

    def assertBookedThere(self, redemption, kinds):
        operations = self.env["giftcard.operation"].search(
            [("res_model", "=", redemption._name), ("res_id", "=", redemption.id)]
        )
        self.assertEqual(sorted(operations.mapped("kind")), kinds)
        self.assertEqual((operations.company_id, redemption.hold_id.company_id), (self.branch, self.branch))
        self.assertEqual(redemption.cash_hold_id.company_id, self.branch)

    def test_cancelled(self):
        redemption = self.submitted()
        redemption._approve()
        self.assertEqual(redemption.picking_ids.location_dest_id, self.customers)
        redemption._cancel("no")
        self.assertBookedThere(redemption, ["refund", "refund", "spend", "spend"])

    def test_rest_given_up_and_part_returned(self):
        redemption = self.submitted()
        redemption._approve()
        with self.enter_registry_test_mode():
            self.codes.with_user(self.clerk)._hand_over(
                redemption.pickup_code_id.token, self.west, [{"line_id": redemption.line_ids.id, "quantity": 1}]
            )
        redemption._cancel("Enough")
        out = redemption.picking_ids.filtered(lambda picking: picking.state == "done")
        wizard = (
            self.env["stock.return.picking"].with_context(active_id=out.id, active_model="stock.picking").create({})
        )
        wizard.product_return_moves.quantity = 1
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.write({"quantity": 1, "picked": True})
        back.with_context(skip_sms=True).button_validate()
        self.env.invalidate_all()
        self.assertEqual(redemption.line_ids.returned_quantity, 1)
        self.assertBookedThere(redemption, ["refund"] * 4 + ["spend"] * 2)
