from unittest.mock import patch

from psycopg2.errors import CheckViolation, RestrictViolation
from stdnum.iso7064 import mod_37_36

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.giftcard_points.exceptions import (
    CardNotUsable,
    IdempotencyConflict,
    InsufficientBalance,
    InvalidAmount,
    LimitExceeded,
    MemberFrozen,
)
from odoo.addons.giftcard_points.models.ledger.act import Act, Native
from odoo.addons.giftcard_points.models.ledger.giftcard_ledger import Grant

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestLedgerPost(LedgerCase):
    def test_grant_makes_operation_entry_and_lot(self):
        operation = self.ledger._grant(Act("earn", document=("res.partner", self.alice.id)), self.card, "12.5")
        self.assertCard(self.card, 12.5)
        entry = operation.entry_ids
        self.assertEqual((entry.amount, entry.balance, entry.version), (12.5, 12.5, 1))
        self.assertEqual((self.card.lot_ids.granted, self.card.lot_ids.remaining), (12.5, 12.5))
        self.assertEqual(self.card.lot_ids.origin, "earned")
        self.assertEqual(operation.document_name, "Alice")
        self.assertEqual(operation.create_uid, self.env.user)

    def test_same_key_same_request_is_one_effect(self):
        first = self.grant(self.card, 10, key="k")
        self.assertEqual(self.grant(self.card, 10, key="k"), first)
        self.assertCard(self.card, 10)
        spent = self.ledger._spend(Act("spend", key="k"), self.card, 4)
        self.assertEqual(self.ledger._spend(Act("spend", key="k"), self.card, 4), spent)
        self.assertCard(self.card, 6)

    def test_same_key_other_request_is_refused(self):
        self.grant(self.card, 10, key="k")
        with self.assertRaises(IdempotencyConflict):
            self.grant(self.card, 11, key="k")
        self.ledger._spend(Act("spend", key="k"), self.card, 4)
        with self.assertRaises(IdempotencyConflict):
            self.ledger._spend(Act("spend", key="k"), self.card, 5)
        self.assertCard(self.card, 6)

    def test_overdraft_is_refused_and_changes_nothing(self):
        self.grant(self.card, 10)
        with self.assertRaises(InsufficientBalance) as refusal:
            self.ledger._spend(Act("spend", key="big"), self.card, "10.01")
        self.assertEqual(refusal.exception.available, 10)
        self.assertFalse(self.env["giftcard.operation"].search([("idempotency_key", "=", "big")]))
        self.assertCard(self.card, 10)

    def test_bad_amounts_are_refused(self):
        self.grant(self.card, 10)
        for amount in (0, -1, "-0.01", "0.001", "NaN", "Infinity", "abc", None):
            with self.subTest(amount), self.assertRaises(InvalidAmount):
                self.ledger._spend(Act("spend"), self.card, amount)
            with self.subTest(amount), self.assertRaises(InvalidAmount):
                self.grant(self.card, amount)
        self.assertCard(self.card, 10)

    def test_debit_uses_the_soonest_expiring_lot_first(self):
        self.grant(self.card, 10)
        self.grant(self.card, 10, expires_on="2999-12-31")
        self.grant(self.card, 10, expires_on="2999-01-31")
        operation = self.ledger._spend(Act("spend"), self.card, 15)
        used = operation.entry_ids.lot_use_ids.sorted("id")
        self.assertEqual(
            {(str(use.lot_id.expires_on), use.amount) for use in used}, {("2999-01-31", 10), ("2999-12-31", 5)}
        )

    def test_frozen_card_is_refused(self):
        self.grant(self.card, 10)
        self.card.action_freeze()
        with self.assertRaises(CardNotUsable):
            self.ledger._spend(Act("spend"), self.card, 1)
        with self.assertRaises(CardNotUsable):
            self.grant(self.card, 1)
        self.card.action_unfreeze()
        self.ledger._spend(Act("spend"), self.card, 1)
        self.assertCard(self.card, 9)

    def test_expired_card_is_refused(self):
        self.ledger._grant(Act("issue"), self.gift, 10)
        self.gift.expiration_date = "2020-01-01"
        with self.assertRaises(CardNotUsable):
            self.ledger._spend(Act("spend"), self.gift, 1)

    def test_grant_many_is_resumable_and_keeps_order(self):
        grants = [
            Grant(Act("earn", key=f"p{n}"), card.id, n + 1, "earned")
            for n, card in enumerate([self.card, self.other] * 3)
        ]
        first = self.ledger._grant_many(grants[:4])
        every = self.ledger._grant_many(grants)
        self.assertEqual(every[:4], first)
        self.assertCard(self.card, 1 + 3 + 5)
        self.assertCard(self.other, 2 + 4 + 6)
        self.assertEqual(self.card.entry_ids.sorted("version").mapped("balance"), [1, 4, 9])

    def test_transfer_conserves_value_and_lots(self):
        self.grant(self.gift, 50, expires_on="2999-01-31")
        target = self.env["loyalty.card"].create({"program_id": self.gift_program.id, "partner_id": self.bob.id})
        operation = self.ledger._transfer(Act("transfer"), self.gift, target, 20)
        self.assertCard(self.gift, 30)
        self.assertCard(target, 20)
        self.assertEqual(sum(operation.entry_ids.mapped("amount")), 0)
        self.assertEqual(str(target.lot_ids.expires_on), "2999-01-31")
        self.assertEqual(target.lot_ids.origin, "paid")
        with self.assertRaises(CardNotUsable):
            self.ledger._transfer(Act("transfer"), self.gift, self.card, 1)
        with self.assertRaises(CardNotUsable):
            self.ledger._transfer(Act("transfer"), self.gift, self.gift, 1)

    def test_giving_a_card_leaves_the_old_code_worthless(self):
        self.ledger._grant(Act("issue"), self.gift, 100)
        self.gift.partner_id = self.alice
        given = self.gift._give(self.bob, Act("gift"))
        self.assertNotEqual(given.code, self.gift.code)
        self.assertCard(self.gift, 0)
        self.assertCard(given, 100)
        self.assertEqual(given.partner_id, self.bob)
        self.assertTrue(given._has_source_order())
        self.assertFalse(self.env["loyalty.card"].create({"program_id": self.gift_program.id})._has_source_order())
        with self.assertRaises(UserError):
            given._give(self.bob, Act("gift"))

    def test_history_cannot_be_rewritten_by_sql(self):
        self.grant(self.card, 10)
        for statement in (
            "UPDATE giftcard_entry SET amount = 1",
            "DELETE FROM giftcard_entry",
            "TRUNCATE giftcard_entry CASCADE",
            "UPDATE giftcard_operation SET create_uid = 1, reason = 'x'",
            "DELETE FROM giftcard_operation",
        ):
            with self.subTest(statement), self.assertRaises(RestrictViolation), mute_logger("odoo.sql_db"):
                self.env.cr.execute(statement)

    def test_database_refuses_overdraft_by_sql(self):
        self.grant(self.card, 10)
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self.env.cr.execute("UPDATE loyalty_card SET balance = -1 WHERE id = %s", [self.card.id])

    def test_native_writes_of_points_are_booked(self):
        self.card.points += 30
        self.card.with_context(giftcard_native=Native.document(self.alice)).points -= 10
        self.assertCard(self.card, 20)
        earned, spent = self.card.entry_ids.sorted("version").operation_id
        self.assertEqual((earned.kind, spent.kind), ("earn", "spend"))
        self.assertEqual((spent.res_model, spent.res_id), ("res.partner", self.alice.id))
        with self.assertRaises(InsufficientBalance):
            self.card.points -= 21
        card = self.env["loyalty.card"].create({"program_id": self.gift_program.id, "points": 50})
        self.assertEqual(card.entry_ids.kind, "issue")
        self.assertCard(card, 50)

    def test_points_are_not_written_by_hand(self):
        self.grant(self.card, 10)
        cashier = self._make_user("cashier", "point_of_sale.group_pos_user")
        officer = self._make_user("officer", "giftcard_points.group_officer")
        for user in (cashier, officer):
            for context in ({}, {"giftcard_native": "pos.order,1,0"}):
                with self.subTest(user.login, context=context), self.assertRaises(AccessError):
                    self.card.with_user(user).with_context(**context).write({"points": 1000})
        self.assertCard(self.card, 10)

    def test_attribution_cannot_be_forged_by_rpc(self):
        self.card.with_context(giftcard_native="pos.order,1,0").points += 1
        self.assertFalse(self.card.entry_ids.operation_id.res_id)

    def test_adjustment_has_its_reason(self):
        wizard = self.env["loyalty.card.update.balance"].create(
            {"card_id": self.card.id, "new_balance": 7, "description": "Goodwill"}
        )
        wizard.action_update_card_point()
        operation = self.card.entry_ids.operation_id
        self.assertEqual((operation.kind, operation.reason), ("adjust", "Goodwill"))

    def test_ledger_fields_cannot_be_written(self):
        manager = self._make_user("ledger manager", "giftcard_points.group_manager")
        card = self.card.with_user(manager)
        for vals in ({"balance": 100}, {"held": 0}, {"state": "frozen"}, {"version": 0}, {"debt": 5}):
            with self.subTest(vals), self.assertRaises(AccessError):
                card.write(vals)
        with self.assertRaises(AccessError):
            self.env["loyalty.card"].create({"program_id": self.points_program.id, "balance": 5})

    def test_auditor_reads_and_changes_nothing(self):
        self.grant(self.card, 10)
        auditor = self._make_user("ledger auditor", "giftcard_points.group_auditor")
        card = self.card.with_user(auditor)
        self.assertEqual(card.entry_ids.amount, 10)
        for action in (card.action_freeze, lambda: card.write({"points": 1}), card.unlink):
            with self.subTest(action), self.assertRaises(AccessError):
                action()
        for model in ("giftcard.operation", "giftcard.entry", "giftcard.lot", "giftcard.hold"):
            with self.subTest(model), self.assertRaises(AccessError):
                self.env[model].with_user(auditor).create({})

    def test_card_with_history_is_archived_not_deleted(self):
        self.grant(self.card, 10)
        with self.assertRaises(UserError):
            self.card.unlink()
        self.ledger._spend(Act("spend"), self.card, 10)
        self.card.unlink()
        self.assertTrue(self.card.exists())
        self.assertFalse(self.card.active)
        self.other.unlink()
        self.assertFalse(self.other.exists())

    def test_invariants_find_what_is_wrong(self):
        self.grant(self.card, 10)
        with self.env.cr.savepoint() as savepoint:
            self.env.cr.execute("UPDATE loyalty_card SET balance = balance + 1 WHERE id = %s", [self.card.id])
            self.env.invalidate_all()
            broken = {violation["invariant"] for violation in self.ledger._check_invariants()}
            savepoint.rollback()
        self.assertIn("the balance of a card is the sum of its entries", broken)
        self.assertIn("the points that Odoo shows are the balance less the holds", broken)

    def test_auditor_checks_the_ledger_and_others_do_not(self):
        auditor = self._make_user("checking auditor", "giftcard_points.group_auditor")
        self.assertEqual(self.ledger.with_user(auditor).action_check_invariants()["params"]["type"], "success")
        stranger = self._make_user("stranger", "base.group_user")
        with self.assertRaises(AccessError):
            self.ledger.with_user(stranger).action_check_invariants()

    def test_wizard_gives_a_card(self):
        self.ledger._grant(Act("issue"), self.gift, 100)
        self.gift.partner_id = self.alice
        officer = self._make_user("giving officer", "giftcard_points.group_officer")
        wizard = (
            self.env["giftcard.give"]
            .with_user(officer)
            .create({"card_id": self.gift.id, "recipient_id": self.bob.id, "greeting": "Happy birthday"})
        )
        given = self.env["loyalty.card"].browse(wizard.action_give()["res_id"])
        self.assertEqual((given.partner_id, given.balance), (self.bob, 100))
        operation = given.entry_ids.operation_id
        self.assertEqual((operation.kind, operation.reason, operation.create_uid), ("gift", "Happy birthday", officer))

    def test_a_given_wallet_lands_in_the_recipients(self):
        program = self._make_program("ewallet", "Wallet")
        wallet, target = self.alice._member_card(program), self.bob._member_card(program)
        self.ledger._grant(Act("load"), wallet, 100)
        program.daily_limit = 50
        with self.assertRaises(LimitExceeded), self.env.cr.savepoint():
            wallet._give(self.bob, Act("gift"))
        program.daily_limit = 100
        self.bob._freeze_member("Suspected fraud")
        with self.assertRaises(MemberFrozen), self.env.cr.savepoint():
            wallet._give(self.bob, Act("gift"))
        self.bob._unfreeze_member("Cleared")
        self.assertEqual(wallet._give(self.bob, Act("gift")), target)
        self.assertCard(target, 100)
        self.assertEqual(wallet.used_today, 100)

    def test_codes_are_long_and_checked(self):
        codes = {self.env["loyalty.card"]._generate_code() for __ in range(100)}
        self.assertEqual(len(codes), 100)
        for code in codes:
            self.assertTrue(mod_37_36.is_valid(code))
            self.assertEqual((len(code), code[:3]), (20, "044"))

    def test_failing_mail_does_not_undo_the_card(self):
        self.gift_program.mail_template_id = self.env.ref("loyalty.mail_template_gift_card")
        template = type(self.env["mail.template"])
        with (
            patch.object(template, "send_mail", side_effect=UserError("no PDF program")),
            self.assertLogs("odoo.addons.giftcard_points", "WARNING"),
        ):
            card = self.env["loyalty.card"].create(
                {"program_id": self.gift_program.id, "partner_id": self.alice.id, "points": 50}
            )
        self.assertCard(card, 50)
