from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.giftcard_points.models.ledger.act import Act

from .common_till import TillCase


@tagged("post_install", "-at_install")
class TestMethodReport(TillCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("giftcard_points.group_manager")
        cls.env.user.group_ids |= cls.env.ref("sales_team.group_sale_manager")
        cls.store_id = cls.env["giftcard.store"].create(
            {"name": "Store", "code": "MS", "pos_config_ids": [Command.link(cls.config.id)]}
        )
        cls.ledger = cls.env["giftcard.ledger"]
        cls.Report = cls.env["giftcard.method.report"]

    def paid_order(self, *payments):
        """:return: a stored order of headphones, paid by pairs (payment method, amount)"""
        return self.store(
            self.create_ui_order_data(
                [(self.headphones, 1)], payments=[(method, amount) for method, amount in payments]
            )
        )

    def load(self, amount, document, kind="load"):
        act = Act(kind, document=(document._name, document.id), store_id=self.store_id.id)
        return self.ledger._grant(act, self.card, amount)

    def rows(self, operation):
        """:return: [(channel, method, amount)] of an operation; its rows add up to the ledger"""
        self.env.flush_all()
        self.Report.invalidate_model()
        rows = self.Report.search([("operation_id", "=", operation.id)], order="id")
        self.assertEqual(round(sum(rows.mapped("amount")), 6), round(sum(operation.entry_ids.mapped("amount")), 6))
        return [(row.channel, row.method, round(row.amount, 6)) for row in rows]

    def test_methods_share_a_movement_in_proportion_to_the_last_cent(self):
        order = self.paid_order((self.cash_pm1, 10), (self.bank_pm1, 20))
        cash, bank = self.cash_pm1.name, self.bank_pm1.name
        self.assertEqual(
            sorted(self.rows(self.load(100, order)), key=lambda row: row[2]),
            [("pos", cash, 33.33), ("pos", bank, 66.67)],
        )
        self.assertEqual(sum(amount for *__, amount in self.rows(self.load(0.01, order))), 0.01)

    def test_change_lowers_what_its_method_paid(self):
        order = self.paid_order((self.bank_pm1, 15), (self.cash_pm1, 15))
        order.payment_ids.create(
            [
                {"pos_order_id": order.id, "payment_method_id": self.cash_pm1.id, "amount": 10},
                {"pos_order_id": order.id, "payment_method_id": self.cash_pm1.id, "amount": -25, "is_change": True},
            ]
        )
        self.assertEqual(self.rows(self.load(50, order)), [("pos", self.bank_pm1.name, 50)])

    def test_what_a_card_pays_is_paid_by_the_card(self):
        order = self.store(self.order(by_card=20))
        spent = self.env["giftcard.operation"].search(
            [("res_model", "=", "pos.order"), ("res_id", "=", order.id), ("kind", "=", "spend")]
        )
        self.assertEqual(self.rows(spent), [("card", False, -20)])
        back = self.ledger._refund(Act("refund", document=("pos.order", order.id)), spent, 5)
        self.assertEqual(self.rows(back), [("card", False, 5)])

    def test_money_that_nobody_paid(self):
        self.assertEqual(self.rows(self.load(5, self.card)), [("none", False, 5)])

    def test_top_up_in_the_back_office_and_sales_order_paid_online(self):
        request = self.env["giftcard.top.up.request"]._ask("method-report", self.card, 30, "Cash")
        self.assertEqual(self.rows(request.operation_id), [("desk", False, 30)])
        partner = self.env["res.partner"].create({"name": "Buyer"})
        order = self.env["sale.order"].create(
            {"partner_id": partner.id, "order_line": [Command.create({"product_id": self.headphones.id})]}
        )
        provider = self.env["payment.provider"].create({"name": "Provider", "company_id": order.company_id.id})
        method = self.env["payment.method"].with_context(active_test=False).search([], limit=1)
        for state, amount in (("done", 30), ("cancel", 99)):
            self.env["payment.transaction"].create(
                {
                    "provider_id": provider.id,
                    "payment_method_id": method.id,
                    "reference": state,
                    "amount": amount,
                    "currency_id": order.currency_id.id,
                    "partner_id": partner.id,
                    "sale_order_ids": [Command.link(order.id)],
                    "state": state,
                }
            )
        self.assertEqual(self.rows(self.load(40, order)), [("online", method.name, 40)])

    def test_sales_order_paid_by_its_invoice(self):
        partner = self.env["res.partner"].create({"name": "Buyer"})
        order = self.env["sale.order"].create(
            {"partner_id": partner.id, "order_line": [Command.create({"product_id": self.headphones.id})]}
        )
        order.action_confirm()
        order.order_line.qty_delivered = 1
        invoice = order._create_invoices()
        invoice.action_post()
        operation = self.load(40, order)
        self.assertEqual(self.rows(operation), [("none", False, 40)])
        bank = self.company_data["default_journal_bank"]
        Register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        Register.create({"journal_id": bank.id})._create_payments()
        self.assertEqual(self.rows(operation), [("invoice", bank.name, 40)])

    def test_sums_are_those_of_the_ledger_and_of_a_period(self):
        order = self.paid_order((self.cash_pm1, 7), (self.bank_pm1, 23))
        for amount in (100, 33.33, 0.07):
            self.load(amount, order)
        self.store(self.order(by_card=20))
        self.env.flush_all()
        report = dict(self.Report._read_group([], ["program_id"], ["amount:sum"]))
        ledger = dict(self.env["giftcard.entry"]._read_group([], ["card_id"], ["amount:sum"]))
        for program, amount in report.items():
            cards = sum(moved for card, moved in ledger.items() if card.program_id == program)
            self.assertAlmostEqual(amount, cards, places=4)
        [(received, taken, change)] = self.Report._read_group(
            [("program_id", "=", self.program.id)], [], ["received:sum", "taken:sum", "amount:sum"]
        )
        self.assertAlmostEqual(received - taken, change)
        self.assertAlmostEqual(change, self.card.balance)
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        self.assertEqual(self.Report.search_count([("date", ">", tomorrow)]), 0)
        ids = self.Report.search([]).ids
        self.assertEqual(len(ids), len(set(ids)))

    def test_list_exports_and_is_for_auditors(self):
        operation = self.load(5, self.card)
        self.env.flush_all()
        row = self.Report.search([("operation_id", "=", operation.id)])
        columns = row.export_data(["store_id", "kind", "channel", "method", "amount"])["datas"]
        self.assertEqual(columns, [["Store", "Load", "No payment", "", 5]])
        auditor = new_test_user(self.env, "method-auditor", groups="giftcard_points.group_auditor")
        self.assertTrue(self.Report.with_user(auditor).search_count([("operation_id", "=", operation.id)]))
        clerk = new_test_user(self.env, "method-clerk", groups="point_of_sale.group_pos_user")
        with self.assertRaises(AccessError):
            self.Report.with_user(clerk).search([])
