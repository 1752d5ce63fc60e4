from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common_cash import CashCase


@tagged("post_install", "-at_install")
class TestOrderAccess(CashCase):
    """Who may see prices, promises and refunds; and each invariant of orders finds what breaks it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._make_user("manager_access", "giftcard_pickup.group_manager")
        cls.auditor = cls._make_user("auditor_access", "giftcard_points.group_auditor")
        cls.storeman = cls._make_user("storeman_access", "stock.group_stock_user")
        cls.plain = cls._make_user("plain_access", "base.group_user")

    def setUp(self):
        super().setUp()
        self.waiting = self.order(key="waiting")
        self.paid = self.order(key="paid", price=self.price)
        self.pay(self.paid)
        self.undone = self.order(key="undone", price=self.price)
        self.pay(self.undone)
        self.undone._reject("no")
        self.records = {
            "giftcard.reward.price": self.price,
            "giftcard.promise": self.env["giftcard.promise"].search([("redemption_id", "=", self.waiting.id)]),
            "giftcard.refund": self.undone.refund_ids,
        }

    def test_who_reads(self):
        readers = {
            "giftcard.reward.price": (self.clerk, self.reviewer, self.manager, self.auditor),
            "giftcard.promise": (self.storeman, self.auditor),
            "giftcard.refund": (self.reviewer, self.manager, self.auditor),
        }
        for model, record in self.records.items():
            self.assertTrue(record, model)
            for user in (self.clerk, self.reviewer, self.manager, self.auditor, self.storeman, self.plain):
                if user in readers[model]:
                    self.assertTrue(record.with_user(user).read(["display_name"]), model)
                else:
                    with self.assertRaises(AccessError, msg=f"{model} {user.login}"):
                        record.with_user(user).read(["display_name"])

    def test_who_writes(self):
        self.price.with_user(self.manager).cash = 7
        for model, record in self.records.items():
            for user in (self.clerk, self.reviewer, self.auditor, self.storeman, self.plain):
                for change in (lambda one=record, who=user: one.with_user(who).write({"display_name": "x"}),):
                    with self.assertRaises(AccessError, msg=model):
                        change()
                with self.assertRaises(AccessError, msg=model):
                    record.with_user(user).unlink()
        with self.assertRaises(AccessError):
            self.records["giftcard.refund"].with_user(self.manager).write({"amount": 1})

    def test_another_company_sees_nothing(self):
        company = self.env["res.company"].create({"name": "Other"})
        foreign = self._make_user(
            "foreign_order", "giftcard_pickup.group_manager,stock.group_stock_user,giftcard_points.group_auditor"
        )
        foreign.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        for model in self.records:
            self.assertFalse(self.env[model].with_user(foreign).search([]), model)

    def test_each_role_opens_an_order(self):
        for user in (self.clerk, self.reviewer, self.manager, self.auditor):
            for redemption in (self.waiting, self.paid, self.undone):
                Form(redemption.with_user(user))

    # Invariants

    def assertFound(self, invariant, query, *args):
        savepoint = self.env.cr.savepoint()
        self.env.cr.execute(query, args)
        names = [violation["invariant"] for violation in self.ledger._check_invariants()]
        savepoint.close(rollback=True)
        self.env.invalidate_all()
        self.assertIn(invariant, names)

    def test_paid_before_approval(self):
        invariant = (
            "a redemption with cash is approved only once it is paid, and its money given back when it is undone"
        )
        change = "UPDATE giftcard_redemption SET transaction_id = NULL WHERE id = %s"
        self.assertFound(invariant, change, self.paid.id)
        self.assertFound(invariant, "UPDATE giftcard_refund SET amount = 1 WHERE redemption_id = %s", self.undone.id)

    def test_money_is_not_lost(self):
        invariant = "money that came for a redemption has paid it or is given back, never more than came"
        self.assertFound(invariant, "UPDATE giftcard_redemption SET transaction_id = NULL WHERE id = %s", self.paid.id)
        self.assertFound(
            invariant,
            "UPDATE payment_transaction SET giftcard_owed = 3 WHERE giftcard_redemption_id = %s",
            self.paid.id,
        )

    def test_promises_are_kept(self):
        invariant = "goods are promised for what waits for its transfer, as many as it needs, and reserved in the stock"
        for change in (
            "DELETE FROM giftcard_promise WHERE redemption_id = %s",
            "UPDATE giftcard_promise SET quantity = 2 WHERE redemption_id = %s",
            "UPDATE giftcard_redemption SET transfer_due = FALSE WHERE id = %s",
            "UPDATE giftcard_redemption SET state = 'done' WHERE id = %s",
        ):
            self.assertFound(invariant, change, self.waiting.id)
        self.assertFound(invariant, "UPDATE stock_quant SET reserved_quantity = 0 WHERE product_id = %s", self.mug.id)
