from psycopg2.errors import CheckViolation

from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestSignUp(LedgerCase):
    """Points for joining, once a member."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([]).sign_up_amount = 0
        cls.points_program.sign_up_amount = 88
        cls.store = cls.env["giftcard.store"].create({"name": "Shop", "code": "SHOP"})

    def join(self, channel="pos", number=1):
        members = self.env["res.partner"].create([{"name": f"New {index}"} for index in range(number)])
        members._join(channel, self.store)
        return members

    def cards(self, members):
        return self.env["loyalty.card"].search([("partner_id", "in", members.ids)])

    def test_who_joins_gets_them_once(self):
        members = self.join(number=3)
        cards = self.cards(members)
        self.assertEqual(cards.mapped("balance"), [88, 88, 88])
        operation = cards[0].entry_ids.operation_id
        self.assertEqual(
            (operation.kind, operation.store_id, operation.res_model, operation.res_id),
            ("load", self.store, "res.partner", cards[0].partner_id.id),
        )
        self.assertEqual(set(cards.lot_ids.mapped("origin")), {"bonus"})
        self.assertEqual(members.mapped("member_growth"), [0, 0, 0], "a gift is no growth")
        members._join("backoffice")
        members._give_sign_up_points(self.points_program, None)
        self.assertEqual(self.cards(members).mapped("balance"), [88, 88, 88])
        self.assertEqual((self.card.balance, self.other.balance), (0, 0), "who was a member before gets none")

    def test_a_card_from_before_is_used(self):
        customer = self.env["res.partner"].create({"name": "Customer"})
        card = customer._member_card(self.points_program)
        customer._join("backoffice")
        self.assertEqual(self.cards(customer), card)
        self.assertCard(card, 88)

    def test_imported_members_get_none(self):
        self.assertFalse(self.cards(self.join("import")))

    def test_programmes_of_other_companies_and_archived_ones_give_none(self):
        self.points_program.company_id = self.env["res.company"].create({"name": "Other"})
        self.assertFalse(self.cards(self.join()))
        self.points_program.company_id = False
        self.points_program.active = False
        self.assertFalse(self.cards(self.join()))

    def test_who_cannot_take_them_joins_all_the_same(self):
        self.points_program.max_balance = 50
        with self.assertLogs("odoo.addons.giftcard_points.models.member.res_partner_sign_up", "WARNING"):
            member = self.join()
        self.assertEqual((member.member_state, self.cards(member).balance), ("active", 0))

    def test_they_are_not_negative(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.points_program.sign_up_amount = -1
            self.points_program.flush_recordset()

    def test_forms_show_and_promise_them(self):
        with Form(self.points_program) as form:
            form.sign_up_amount = 66
        with Form(self.env["giftcard.rules.version"].with_context(default_program_id=self.points_program.id)) as form:
            self.assertIn("66", form.html)
            form.html = "<p>Our own words.</p>"
            form.program_id = self._make_program("loyalty", "Other points")
            self.assertIn("Our own words", form.html)
