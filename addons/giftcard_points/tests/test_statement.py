from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from odoo.addons.giftcard_points.models.ledger.act import Act

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestStatement(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.partner_id.tz = "Asia/Shanghai"
        cls.auditor = new_test_user(cls.env, "statement-auditor", groups="giftcard_points.group_auditor")
        cls.store = cls.env["giftcard.store"].create({"name": "People's Square", "code": "PS"})

    def setUp(self):
        super().setUp()
        with freeze_time("2026-02-28 15:59:59"):
            self.ledger._grant(Act("earn"), self.card, 100)
        with freeze_time("2026-02-28 16:00:00"):
            self.ledger._grant(
                Act("earn", store_id=self.store.id, document=("res.partner", self.bob.id)), self.card, 20
            )
        with freeze_time("2026-03-31 15:59:59"):
            self.ledger._spend(Act("spend"), self.card, 45)
        with freeze_time("2026-03-31 16:00:00"):
            self.ledger._grant(Act("earn"), self.card, 7)

    def statement(self, user=None, record=None, first="2026-03-01", last="2026-03-31"):
        record = record or self.card
        Statement = self.env["giftcard.statement"].with_user(user or self.auditor)
        Statement = Statement.with_context(active_model=record._name, active_ids=record.ids)
        return Statement.create({"first": first, "last": last})

    def html(self, statement):
        Report = self.env["ir.actions.report"].with_user(statement.env.user)
        return Report._render_qweb_html("giftcard_points.report_statement", statement.ids)[0].decode()

    def test_opening_movements_and_closing_of_the_company_s_days(self):
        statement = self.statement()
        [part] = statement._statements(statement.card_ids)
        self.assertEqual((part["opening"], part["credits"], part["debits"], part["closing"]), (100, 20, -45, 75))
        self.assertEqual(
            [(entry.kind, entry.amount, entry.balance) for entry in part["entries"]],
            [("earn", 20, 120), ("spend", -45, 75)],
        )
        self.assertEqual(part["entries"][-1].balance, part["closing"])

    def test_what_one_period_closes_with_the_next_opens_with(self):
        statement = self.statement(first="2026-04-01", last="2026-04-30")
        [part] = statement._statements(statement.card_ids)
        self.assertEqual((part["opening"], part["closing"]), (75, self.card.balance))

    def test_paper_tells_time_kind_document_store_and_amounts_but_no_code(self):
        html = self.html(self.statement())
        for text in ("03/01/2026", "Alice", self.alice.member_number, "Earn", "Spend", "Bob", "People"):
            self.assertIn(text, html)
        for points in (100, 20, 120, -45, 75):
            self.assertIn(self.card._format_points(points), html)
        self.assertNotIn(self.card.code, html)
        self.assertIn(self.card.code[-4:], html)

    def test_chinese_member_reads_chinese(self):
        english = self.html(self.statement())
        self.env["res.lang"]._activate_lang("zh_CN")
        self.alice.lang = "zh_CN"
        chinese = self.html(self.statement())
        self.assertIn("03/01/2026", english)
        self.assertIn("2026/03/01", chinese)

    def test_member_gets_all_cards_that_moved_in_one_letter(self):
        gift = self.env["loyalty.card"].create({"program_id": self.gift_program.id, "partner_id": self.alice.id})
        unused = self.env["loyalty.card"].create({"program_id": self.gift_program.id, "partner_id": self.alice.id})
        self.ledger._grant(Act("issue"), gift, 50)
        gift.active = False
        statement = self.statement(record=self.alice)
        [(__, member, cards)] = statement._letters()
        self.assertEqual((member, set(cards.ids)), (self.alice, {self.card.id, gift.id}))
        self.assertNotIn(unused, cards)

    def test_each_member_and_each_card_of_nobody_gets_a_letter(self):
        letters = self.statement(record=self.card | self.other | self.gift)._letters()
        self.assertEqual([member.name for __, member, __ in letters], ["Alice", "Bob", False])

    def test_statements_are_for_auditors_and_of_cards_they_may_read(self):
        clerk = new_test_user(self.env, "statement-clerk", groups="base.group_user,point_of_sale.group_pos_user")
        with self.assertRaises(AccessError):
            self.statement(user=clerk)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.points_program.copy({"company_id": elsewhere.id})
        card = self.env["loyalty.card"].create({"program_id": foreign.id})
        statement = self.statement()
        statement.sudo().card_ids = card
        self.env.invalidate_all()
        self.assertEqual(statement._letters(), [])
        with self.assertRaises(AccessError):
            statement._statements(card)

    def test_period_ends_after_it_begins(self):
        with self.assertRaises(ValidationError):
            self.statement(first="2026-03-02", last="2026-03-01")
