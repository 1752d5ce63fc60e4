from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.giftcard_points.models.ledger.act import Act
from odoo.addons.giftcard_points.models.member import giftcard_payment_code
from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon

from .common_batch import BatchCase

CARD = "0441234567890ABCDEFK"
VOUCHER = "0447QH2M4ZX00000000J"
PAPER = "GC260000001K"
RANDOM_DIGITS = 1234567890123456


@tagged("post_install", "-at_install")
class TestTillScreens(TestPointOfSaleHttpCommon):
    """The screens of the till in a real browser, used by a cashier who has no group of ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Program = cls.env["loyalty.program"]
        Program.search([]).active = False
        cls.top_up = cls.env.ref("loyalty.ewallet_product_50").product_tmpl_id
        cls.top_up.write({"active": True, "taxes_id": False, "available_in_pos": True})
        cls.env.ref("loyalty.gift_card_product_50").product_tmpl_id.write(
            {"active": True, "list_price": 50, "taxes_id": False}
        )
        cls.gift_cards, cls.wallets = (
            Program.browse(Program.create_from_template(kind)["res_id"]) for kind in ("gift_card", "ewallet")
        )
        cls.gift_cards.pos_report_print_id = cls.env.ref("loyalty.report_gift_card")
        cls.wallets.rule_ids.product_ids = cls.top_up.product_variant_id
        cls.wallets.payment_code_required = True
        cls.env["product.product"].create(
            {"name": "Headphones", "list_price": 30, "taxes_id": False, "available_in_pos": True}
        )
        cls.alice = cls.env["res.partner"].create({"name": "Alice"})
        cls.alice._join("pos")
        ledger = cls.env["giftcard.ledger"]
        cls.wallet = cls.alice._member_card(cls.wallets)
        ledger._grant(Act("load"), cls.wallet, 20)
        cls.card = cls.env["loyalty.card"].create({"program_id": cls.gift_cards.id, "code": CARD})
        ledger._grant(Act("load"), cls.card, 20)

    def setUp(self):
        super().setUp()
        # The till warns of gift cards that no order has paid.
        self.patch(type(self.env["loyalty.card"]), "_has_source_order", lambda card: True)
        self.main_pos_config.with_user(self.pos_user).open_ui()

    def tearDown(self):
        self.assertEqual(self.env["giftcard.ledger"].sudo()._check_invariants(), [])
        super().tearDown()

    def run_tour(self, name):
        self.start_pos_tour(name)
        self.env.invalidate_all()

    def amounts(self, card):
        return card.sudo().entry_ids.sorted("version").mapped("amount")

    def test_payment_code_and_cash_pay(self):
        with patch.object(giftcard_payment_code.secrets, "randbelow", lambda limit: RANDOM_DIGITS):
            self.alice._payment_code()
        code = self.env["giftcard.payment.code"].sudo().search([("partner_id", "=", self.alice.id)])
        # The browser takes longer to start than a code lasts.
        code.expires_at = "2100-01-01 00:00:00"
        self.run_tour("giftcard_till_payment_code")
        self.assertEqual(self.amounts(self.wallet), [20, -20])
        self.assertEqual(code.state, "used")
        order = self.main_pos_config.current_session_id.order_ids.filtered(lambda order: order.state == "paid")
        self.assertEqual((order.partner_id, order.amount_paid), (self.alice, 10))

    def test_reload_and_lost_reply(self):
        self.run_tour("giftcard_till_reload")
        self.assertEqual(self.amounts(self.card), [20, -20])
        orders = self.main_pos_config.current_session_id.order_ids.filtered("lines")
        self.assertEqual(orders.mapped("state"), ["paid"])
        self.assertEqual(self.card.sudo().hold_ids.filtered(lambda hold: hold.state == "open").ids, [])

    def test_refund_gives_value_back(self):
        self.run_tour("giftcard_till_refund")
        self.assertEqual(self.card.balance, 20)
        self.assertEqual(self.amounts(self.card), [20, -20, 20])
        self.assertEqual(self.card.lot_ids.mapped("remaining"), [20])

    def test_wallet_is_topped_up(self):
        self.run_tour("giftcard_till_top_up")
        self.assertEqual(self.amounts(self.wallet), [20, 100])
        self.assertEqual(self.alice.loyalty_card_ids, self.wallet)

    def test_balances_are_shown(self):
        self.run_tour("giftcard_till_enquiry")
        self.assertEqual(self.amounts(self.card), [20])

    def test_voucher_is_taken(self):
        vouchers = self.gift_cards.copy({"whole_value": True})
        voucher = self.env["loyalty.card"].create({"program_id": vouchers.id, "code": VOUCHER})
        self.env["giftcard.ledger"]._grant(Act("load"), voucher, 50)
        # A till takes one product of one gift card program.
        vouchers.pos_ok = False
        self.run_tour("giftcard_till_voucher")
        self.assertEqual(self.amounts(voucher), [50, -50])
        self.assertEqual(voucher.state, "used")

    def test_paper_card_is_sold(self):
        batch = (
            self.env["giftcard.batch"]
            .sudo()
            .create(
                {
                    "name": "Gift cards",
                    "program_id": self.gift_cards.id,
                    "value": 50,
                    "quantity": 2,
                    "expiration_date": fields.Date.add(fields.Date.today(), years=3),
                }
            )
        )
        BatchCase.generate(self, batch)
        first, second = BatchCase.cards(self, batch)
        self.env.cr.execute("UPDATE loyalty_card SET code = %s WHERE id = %s", [PAPER, first.id])
        self.run_tour("giftcard_till_paper_card")
        self.assertEqual((first.state, second.state), ("active", "generated"))
        self.assertEqual(self.amounts(first), [50])
        self.assertEqual(self.gift_cards.coupon_ids, first | second | self.card)

    def run_jobs(self):
        BatchCase.run_jobs(self)

    def test_offline_till_moves_no_value(self):
        self.run_tour("giftcard_till_offline")
        self.assertEqual(self.amounts(self.card), [20])
        self.assertEqual(self.card.balance, 20)
