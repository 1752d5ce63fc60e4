from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.giftcard_points.models.ledger.act import Act

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestCardRights(LedgerCase):
    """Stock Odoo lets cashiers and salespeople write cards, by any call; value and owners they do not change."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cashier = cls._make_user("card-cashier", "point_of_sale.group_pos_user")
        cls.seller = cls._make_user("card-seller", "sales_team.group_sale_salesman")
        cls.pos_manager = cls._make_user("card-pos-manager", "point_of_sale.group_pos_manager")
        cls.sale_manager = cls._make_user("card-sale-manager", "sales_team.group_sale_manager")
        cls.officer = cls._make_user("card-officer", "giftcard_points.group_officer")
        cls.manager = cls._make_user("card-manager", "giftcard_points.group_manager")
        cls.ledger._grant(Act("load"), cls.gift, 50)

    def test_balance_wizard(self):
        Wizard = self.env["loyalty.card.update.balance"]
        values = {"card_id": self.gift.id, "new_balance": 5000, "description": "because"}
        for user in (self.cashier, self.seller, self.pos_manager):
            with self.assertRaises(AccessError):
                Wizard.with_user(user).create(values).action_update_card_point()
        self.assertCard(self.gift, 50)
        Wizard.with_user(self.manager).create(values).action_update_card_point()
        self.assertCard(self.gift, 5000)
        self.assertEqual(self.gift.entry_ids.operation_id.filtered("reason").reason, "because")

    def test_new_cards_with_value(self):
        values = {"program_id": self.gift_program.id, "points": 500}
        for user in (self.pos_manager, self.sale_manager):
            with self.assertRaises(AccessError):
                self.env["loyalty.card"].with_user(user).create(values)
            wizard = self.env["loyalty.generate.wizard"].with_user(user)
            with self.assertRaises(AccessError):
                wizard.create(
                    {"program_id": self.gift_program.id, "coupon_qty": 1, "points_granted": 500}
                ).generate_coupons()
            self.assertTrue(self.env["loyalty.card"].with_user(user).create({**values, "points": 0}))
        self.assertEqual(self.env["loyalty.card"].with_user(self.manager).create(values).balance, 500)

    def test_owner_and_code(self):
        self.gift.partner_id = self.alice
        for user in (self.cashier, self.seller, self.pos_manager, self.sale_manager):
            card = self.gift.with_user(user)
            for values in ({"partner_id": self.bob.id}, {"code": "MINE"}, {"active": False}):
                with self.assertRaises(AccessError):
                    card.write(values)
            card.write({"partner_id": self.alice.id, "code": card.code, "active": True})
        self.gift.with_user(self.officer).write({"partner_id": self.bob.id, "code": "044NEW"})
        self.assertEqual((self.gift.partner_id, self.gift.code), (self.bob, "044NEW"))

    def test_card_of_nobody_is_not_taken(self):
        with self.assertRaises(AccessError):
            self.gift.with_user(self.cashier).partner_id = self.bob

    def test_points_do_not_become_money(self):
        self.grant(self.card, 50)
        for user in (self.cashier, self.manager):
            with self.assertRaises(UserError):
                self.card.with_user(user).program_id = self.gift_program
        with self.assertRaises(UserError):
            self.card.sudo().program_id = self.gift_program
        empty = self.env["loyalty.card"].create({"program_id": self.points_program.id})
        empty.program_id = self.gift_program

    def test_blocked_card_is_let_go_by_officers(self):
        for user in (self.cashier, self.seller, self.pos_manager):
            with self.assertRaises(AccessError):
                self.gift.with_user(user).action_freeze("mine")
        self.gift.with_user(self.officer).action_freeze("Lost")
        for user in (self.cashier, self.seller, self.pos_manager):
            with self.assertRaises(AccessError):
                self.gift.with_user(user).action_unfreeze("mine")
        self.gift.with_user(self.officer).action_unfreeze("Found")
        self.assertEqual(self.gift.state, "active")
