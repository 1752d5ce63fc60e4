from odoo.tests import tagged

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon


@tagged("post_install", "-at_install")
class TestTill(TestPointOfSaleHttpCommon):
    """The till in a real browser, against the ledger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([]).active = False
        gift_card = cls.env.ref("loyalty.gift_card_product_50")
        gift_card.product_tmpl_id.write({"active": True, "list_price": 50, "taxes_id": False})
        cls.program = cls.env["loyalty.program"].browse(
            cls.env["loyalty.program"].create_from_template("gift_card")["res_id"]
        )
        cls.program.pos_report_print_id = cls.env.ref("loyalty.report_gift_card")
        cls.env["product.product"].create(
            {"name": "Headphones", "list_price": 30, "taxes_id": False, "available_in_pos": True}
        )

    def test_gift_card_is_sold_and_spent(self):
        self.main_pos_config.with_user(self.pos_user).open_ui()
        self.start_pos_tour("GiftCardSoldAndSpent")

        card = self.program.sudo().coupon_ids
        self.assertEqual(card.code, "0441234567890ABCDEFK")
        entries = card.entry_ids.sorted("version")
        self.assertEqual(entries.mapped("amount"), [50, -30, -20])
        self.assertEqual(entries.mapped("balance"), [50, 20, 0])
        self.assertEqual(entries.mapped("kind"), ["issue", "spend", "spend"])
        orders = self.main_pos_config.current_session_id.order_ids.sorted("id")
        self.assertEqual(entries.operation_id.mapped("res_id"), orders.ids)
        self.assertEqual(set(entries.operation_id.mapped("res_model")), {"pos.order"})
        self.assertEqual(entries.actor_id, self.pos_user)
        self.assertEqual(orders.mapped("amount_paid"), [50, 0, 10])
        self.assertEqual(self.env["giftcard.ledger"].sudo()._check_invariants(), [])
