import secrets
from datetime import timedelta

from freezegun import freeze_time
from psycopg2.errors import RestrictViolation

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.giftcard_points.codes import SYMBOLS, make_code, normalize, readable
from odoo.addons.giftcard_points.exceptions import (
    CodeNotAccepted,
    IdempotencyConflict,
    InsufficientBalance,
    InvalidAmount,
    TooManyAttempts,
)
from odoo.addons.giftcard_points.models.ledger.act import Act

from .common_batch import BatchCase


@tagged("post_install", "-at_install")
class TestCode(BatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls._make_user("code_officer", "giftcard_points.group_officer")

    def setUp(self):
        super().setUp()
        cards, self.codes_of_cards = self.issue(quantity=3)
        self.paper, self.second, self.third = cards
        self.code = self.codes_of_cards[0]
        self.earlier = self.env["giftcard.code.attempt"].search([])

    def attempts(self):
        return (
            self.env["giftcard.code.attempt"].search([("user_id", "in", (self.env.uid, self.officer.id))])
            - self.earlier
        )

    def refuse(self, code, exception=CodeNotAccepted, **kwargs):
        """:return: the words of the refusal. Not by ``assertRaises``, whose savepoint would undo the attempt too."""
        try:
            self.redeem(code, **kwargs)
        except exception as refusal:
            return str(refusal)
        raise AssertionError(f"{exception} not raised")

    def guess(self, times, **kwargs):
        for __ in range(times):
            self.refuse(make_code(), **kwargs)

    def test_codes(self):
        code = make_code()
        self.assertEqual(len(code), 20)
        self.assertLessEqual(set(code[3:19]), set(SYMBOLS))
        for typed in (code, code.lower(), code[3:], readable(code), f" {readable(code).replace('-', ' ')} "):
            self.assertEqual(normalize(typed), code)
        wrong = code[:10] + ("0" if code[10] != "0" else "1") + code[11:]
        for typed in (wrong, "", None, 7, "044", code[:-1], code + "0", "x" * 10_000):
            self.assertIsNone(normalize(typed))
        misread = next(code for code in iter(make_code, None) if "0" in code[3:19] and "1" in code[3:19])
        self.assertEqual(normalize(misread[:3] + misread[3:].replace("0", "O").replace("1", "l")), misread)

    def test_part_of_the_value_and_the_rest(self):
        operation = self.redeem(readable(self.code), 20, user=self.officer)
        self.assertEqual(
            (operation.kind, operation.store_id, operation.create_uid), ("spend", self.store, self.officer)
        )
        self.assertCard(self.paper, 30)
        with self.assertRaises(InsufficientBalance):
            self.redeem(self.code, 31)
        self.redeem(self.code)
        self.assertCard(self.paper, 0)
        self.refuse(self.code)

    def test_voucher_is_taken_as_a_whole(self):
        self.gift_program.whole_value = True
        for part in (self.ledger._spend, self.ledger._hold):
            with self.assertRaises(InvalidAmount):
                part(Act("spend"), self.paper, 20)
        self.redeem(self.code, 20)
        self.assertCard(self.paper, 0)
        self.assertEqual((self.paper.state, self.paper.batch_id.used_count), ("used", 1))
        self.refuse(self.code)
        # What is given back can be used again.
        self.ledger._refund(Act("refund"), self.paper.entry_ids.operation_id.filtered(lambda one: one.kind == "spend"))
        self.assertCard(self.paper, 50)
        self.assertEqual(self.paper.state, "active")

    def test_hold_of_the_whole_uses_a_voucher_up(self):
        self.gift_program.whole_value = True
        hold = self.ledger._hold(Act("spend"), self.paper, 50)
        self.refuse(self.code)
        self.ledger._capture(Act("spend"), hold)
        self.assertEqual(self.paper.state, "used")

    def test_top_up_moves_the_whole_value(self):
        wallet = self.alice._member_card(self.wallet_program)
        act = Act("transfer", member_id=self.alice.id)
        with self.enter_registry_test_mode():
            operation = self.service._top_up(self.code, act, wallet)
        self.assertCard(self.paper, 0)
        self.assertCard(wallet, 50)
        self.assertEqual((operation.kind, operation.member_id), ("transfer", self.alice))
        self.assertEqual(wallet.lot_ids.expires_on, self.paper.expiration_date)
        # The call repeated after its reply was lost has the same answer, the same card another time does not.
        with self.enter_registry_test_mode():
            self.assertEqual(self.service._top_up(self.code, act, wallet), operation)
        with self.assertRaises(CodeNotAccepted), self.enter_registry_test_mode():
            self.service._top_up(self.code, Act("transfer", member_id=self.alice.id), wallet)
        self.assertCard(wallet, 50)

    def test_repeated_call_takes_once(self):
        act = Act("spend", store_id=self.store.id)
        first = self.redeem(self.code, 20, act=act)
        self.assertEqual(self.redeem(self.code, 20, act=act), first)
        self.assertCard(self.paper, 30)
        with self.assertRaises(IdempotencyConflict):
            self.redeem(self.code, 21, act=act)

    def test_wrong_blocked_and_unknown_read_the_same(self):
        self.second.action_freeze("Lost")
        batch = self.make_batch(quantity=1)
        unborn = self.codes(batch, self.generate(batch))
        elsewhere, code_elsewhere = self.issue(store_id=self.store.copy({"name": "West", "code": "W"}).id, quantity=1)
        words = {
            self.refuse(make_code()),
            self.refuse("nonsense"),
            self.refuse(self.paper.code),
            self.refuse(self.codes_of_cards[1]),
            self.refuse(unborn[0]),
            self.refuse(code_elsewhere[0]),
            self.refuse(self.code, number=self.second.code),
        }
        with freeze_time(fields.Datetime.now() + timedelta(days=366)):
            words.add(self.refuse(self.code))
        self.assertEqual(len(words), 1)
        # Which it was stands in the log.
        logged = self.attempts()[::-1].mapped("result")
        self.assertEqual(
            logged, ["wrong", "wrong", "wrong", "unusable", "unusable", "other_store", "wrong", "unusable"]
        )
        self.assertCard(elsewhere, 50)

    def test_five_wrong_secrets_lock_a_card_for_a_time(self):
        now = fields.Datetime.now()
        with freeze_time(now):
            for number in range(5):
                clerk = self._make_user(f"guesser_{number}", "giftcard_points.group_officer")
                self.refuse(make_code(), number=self.paper.code, user=clerk)
            words = self.refuse(self.code, number=self.paper.code)
            self.assertEqual(words, self.refuse(self.code))
            self.assertEqual(self.attempts()[0].result, "locked")
            # Another card is not.
            self.redeem(self.codes_of_cards[1], number=self.second.code)
        with freeze_time(now + timedelta(minutes=14, seconds=59)):
            self.refuse(self.code)
        with freeze_time(now + timedelta(minutes=15)):
            self.redeem(self.code, number=self.paper.code)

    def test_users_members_addresses_and_stores_have_to_wait(self):
        now = fields.Datetime.now()
        east, west = self.store, self.store.copy({"name": "West", "code": "W"})
        with freeze_time(now):
            self.guess(10, user=self.officer)
            with self.assertRaises(TooManyAttempts) as refused:
                self.redeem(self.code, user=self.officer)
            self.assertEqual(refused.exception.retry_after, 900)
            # Members act through one user, and do not make each other wait.
            self.guess(10, act=Act("spend", member_id=self.alice.id), user=self.officer)
            with self.assertRaises(TooManyAttempts):
                self.redeem(self.code, act=Act("spend", member_id=self.alice.id), user=self.officer)
            self.redeem(self.code, 1, act=Act("spend", member_id=self.bob.id), user=self.officer)
            for number in range(2):
                clerk = self._make_user(f"address_{number}", "giftcard_points.group_officer")
                self.guess(10, user=clerk, ip="203.0.113.7", act=Act("spend", store_id=west.id))
            with self.assertRaises(TooManyAttempts):
                self.redeem(self.code, ip="203.0.113.7", act=Act("spend", store_id=west.id))
            for number in range(3):
                clerk = self._make_user(f"store_{number}", "giftcard_points.group_officer")
                self.guess(10, user=clerk, act=Act("spend", store_id=west.id))
            with self.assertRaises(TooManyAttempts):
                self.redeem(self.code, act=Act("spend", store_id=west.id))
            self.redeem(self.code, 1, act=Act("spend", store_id=east.id))
        with freeze_time(now + timedelta(minutes=15)):
            self.redeem(self.code, 1, user=self.officer)

    def test_registered_card_is_its_owners(self):
        card = self.env["loyalty.card"].create(
            {"program_id": self.gift_program.id, "partner_id": self.alice.id, "points": 30}
        )
        self.refuse(card.code, act=Act("spend", member_id=self.bob.id))
        self.redeem(card.code, 10, act=Act("spend", member_id=self.alice.id))
        bearer = self.env["loyalty.card"].create({"program_id": self.gift_program.id, "points": 30})
        self.redeem(bearer.code, 10, act=Act("spend", member_id=self.bob.id))
        self.refuse(self.card.code)

    def test_native_odoo_takes_the_secret_and_not_the_number(self):
        till = self.env["pos.config"].create({"name": "Till", "giftcard_store_id": self.store.id})
        today = fields.Date.to_string(fields.Date.today())

        def scan(code):
            with self.enter_registry_test_mode():
                return till.use_coupon_code(code, today, False, False)

        self.assertEqual(scan(self.code)["payload"]["coupon_id"], self.paper.id)
        self.assertTrue(scan(self.code)["payload"]["has_source_order"])
        self.assertEqual(scan(readable(self.code).lower())["payload"]["coupon_id"], self.paper.id)
        for wrong in (self.paper.code, make_code(), "NONSENSE"):
            self.assertFalse(scan(wrong)["successful"])
        self.gift.points = 10
        self.assertEqual(scan(self.gift.code)["payload"]["coupon_id"], self.gift.id)
        order = self.env["sale.order"].create({"partner_id": self.alice.id})
        with self.enter_registry_test_mode():
            self.assertIn("error", order._try_apply_code(self.paper.code))
            self.assertNotIn("error", order._try_apply_code(self.code))

    def test_wizard_takes_vouchers(self):
        wizard = self.env["giftcard.redeem"].with_user(self.officer).create({"store_id": self.store.id, "amount": 20})
        with self.enter_registry_test_mode():
            wizard.with_context(secret=self.code).action_redeem()
            wizard.with_context(secret=self.code).action_redeem()
        self.assertCard(self.paper, 30)
        move = (
            self.env["giftcard.redeem"]
            .with_user(self.officer)
            .create({"purpose": "transfer", "member_id": self.alice.id, "program_id": self.wallet_program.id})
        )
        with self.enter_registry_test_mode():
            move.with_context(secret=self.code).action_redeem()
        self.assertCard(self.alice._member_card(self.wallet_program), 30)
        auditor = self._make_user("code_auditor", "giftcard_points.group_auditor")
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
            self.env["giftcard.redeem"].with_user(auditor).create({})

    def test_an_attempt_survives_the_rollback_of_its_transaction(self):
        ip = f"192.0.2.{secrets.randbelow(256)}/{secrets.token_hex(4)}"
        # A connection of its own, which is rolled back; the attempt is of long ago and makes nobody wait.
        with freeze_time("2001-01-01"), self.registry.cursor() as cr:
            service = self.env(cr=cr)["giftcard.code"]
            with self.assertRaises(CodeNotAccepted):
                service._redeem_secret(make_code(), Act("spend"), ip=ip)
            cr.rollback()
        with self.registry.cursor() as cr:
            attempt = self.env(cr=cr)["giftcard.code.attempt"].search([("ip", "=", ip)])
            self.assertEqual(attempt.result, "wrong")

    @mute_logger("odoo.sql_db")
    def test_log_is_append_only(self):
        self.refuse(make_code())
        for statement in ("UPDATE %s SET result = 'accepted'", "DELETE FROM %s", "TRUNCATE %s"):
            with self.assertRaises(RestrictViolation), self.cr.savepoint():
                self.env.cr.execute(statement % "giftcard_code_attempt")
