from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.giftcard_points.exceptions import CodeNotAccepted, TooManyAttempts
from odoo.addons.giftcard_points.models.ledger.act import Act

from .common_till import TillCase


@tagged("post_install", "-at_install")
class TestPaymentCode(TillCase):
    """A member's payment code: one minute, one order, used up by the debit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wallets = cls.env["loyalty.program"].browse(
            cls.env["loyalty.program"].create_from_template("ewallet")["res_id"]
        )
        cls.wallets.write({"currency_id": cls.config.currency_id.id, "payment_code_required": True})
        cls.gift_cards = cls.program
        cls.program = cls.wallets
        cls.member, cls.other = cls.env["res.partner"].create([{"name": "Alice"}, {"name": "Bob"}])
        (cls.member | cls.other)._join("pos")
        cls.card = cls.member._member_card(cls.wallets)
        cls.env["giftcard.ledger"]._grant(Act("load"), cls.card, 100)
        cls.till = cls.env["giftcard.till"]
        cls.codes = cls.env["giftcard.payment.code"].sudo()

    def order(self, *args, **kwargs):
        return {**super().order(*args, **kwargs), "partner_id": self.member.id}

    def scan(self, code, data, session=None):
        with self.enter_registry_test_mode():
            return self.till.scan((session or self.pos_session).id, data["uuid"], code)

    def assertRefused(self, answer):
        self.assertFalse(answer["successful"])
        self.assertTrue(answer["message"])

    # Issue

    def test_code_is_known_by_its_prefix_and_stored_as_a_hash(self):
        answer = self.member._payment_code()
        self.assertRegex(answer["code"], r"^88[0-9]{16}$")
        self.assertEqual(answer["expires_in"], 60)
        self.env.cr.execute("SELECT * FROM giftcard_payment_code WHERE partner_id = %s", [self.member.id])
        [row] = self.env.cr.dictfetchall()
        self.assertNotIn(answer["code"], str(row))

    def test_older_codes_die(self):
        first, second = self.member._payment_code()["code"], self.member._payment_code()["code"]
        data = self.order(30)
        self.assertRefused(self.scan(first, data))
        self.assertTrue(self.scan(second, data)["successful"])

    def test_members_get_ten_a_minute(self):
        for __ in range(10):
            self.member._payment_code()
        with self.assertRaises(TooManyAttempts):
            self.member._payment_code()
        self.other._payment_code()
        with freeze_time(fields.Datetime.now() + timedelta(seconds=61)):
            self.member._payment_code()

    def test_only_active_members_get_one(self):
        self.member.sudo().member_state = "frozen"
        with self.assertRaises(UserError):
            self.member._payment_code()

    def test_prefix_keeps_clear_of_others(self):
        settings = self.env["res.config.settings"]
        settings.create({"giftcard_payment_prefix": "996"}).execute()
        self.assertRegex(self.member._payment_code()["code"], r"^996[0-9]{15}$")
        self.assertEqual(self.config.giftcard_payment_prefix, "996")
        for taken in ("10", "134", "25", "30", "62", "9", "12345678", "ab"):
            with self.assertRaises(ValidationError):
                settings.create({"giftcard_payment_prefix": taken})

    # Use

    def test_scan_sets_member_and_tells_the_balance(self):
        data = self.order(30)
        answer = self.scan(self.member._payment_code()["code"], data)
        self.assertEqual(
            answer,
            {
                "successful": True,
                "message": "",
                "partner_id": self.member.id,
                "payment": True,
                "wallets": [{"program_id": self.wallets.id, "card_id": self.card.id, "points": 100}],
            },
        )

    def test_code_pays_one_order_and_is_used_up(self):
        data, code = self.order(20), self.member._payment_code()["code"]
        self.scan(code, data)
        self.assertTrue(self.hold(data, 20)["successful"])
        order = self.store(data)
        self.assertCard(80)
        used = self.codes.search([("partner_id", "=", self.member.id)])
        self.assertEqual((used.state, used.operation_id.res_id), ("used", order.id))
        again = self.order(20)
        self.assertRefused(self.scan(code, again))
        self.assertRefused(self.hold(again, 20))
        with self.assertRaises(CodeNotAccepted):
            self.store(again)
        self.assertCard(80)

    def test_an_order_stored_after_its_session_was_closed(self):
        data, code = self.order(20), self.member._payment_code()["code"]
        self.scan(code, data)
        self.assertTrue(self.hold(data, 20)["successful"])
        self.pos_session.action_pos_session_closing_control()
        self.open_new_session()
        order = self.store(data)
        self.assertEqual((order.session_id, order.state), (self.pos_session, "paid"))
        self.assertNotEqual(order.session_id.id, self.codes.search([("partner_id", "=", self.member.id)]).session_id.id)
        self.assertCard(80)

    def test_repeated_calls_use_one_code(self):
        data, code = self.order(20), self.member._payment_code()["code"]
        for __ in range(2):
            self.assertTrue(self.scan(code, data)["successful"])
            self.assertTrue(self.hold(data, 20)["successful"])
        order = self.store(self.order(20) | {"uuid": data["uuid"]})
        self.assertEqual(self.store(self.order(20) | {"uuid": data["uuid"]}), order)
        for __ in range(2):
            self.confirm(order, 20)
        self.assertCard(80)

    def test_invariant_finds_codes_that_took_nothing_or_took_twice(self):
        for __ in range(2):
            data = self.order(20)
            self.scan(self.member._payment_code()["code"], data)
            self.store(data)
        first, second = self.codes.search([("partner_id", "=", self.member.id)])
        self.assertEqual(self.env["giftcard.ledger"]._check_invariants(), [])
        for change, *values in (
            ("SET operation_id = NULL WHERE id = %s", first.id),
            ("SET state = 'void' WHERE id = %s", first.id),
            ("SET operation_id = %s WHERE id = %s", second.operation_id.id, first.id),
        ):
            savepoint = self.env.cr.savepoint()
            self.env.cr.execute(f"UPDATE giftcard_payment_code {change}", values)
            [violation] = self.env["giftcard.ledger"]._check_invariants()
            savepoint.close(rollback=True)
            self.assertTrue(violation["invariant"].startswith("a payment code that is used has taken value"))

    def test_same_code_at_two_tills(self):
        first, second, code = self.order(20), self.order(20), self.member._payment_code()["code"]
        self.assertTrue(self.scan(code, first)["successful"])
        self.assertRefused(self.scan(code, second))
        self.assertRefused(self.hold(second, 20))
        self.store(first)
        with self.assertRaises(CodeNotAccepted):
            self.store(second)
        self.assertCard(80)

    def test_code_is_too_old_after_a_minute(self):
        code = self.member._payment_code()["code"]
        with freeze_time(fields.Datetime.now() + timedelta(seconds=61)):
            self.assertRefused(self.scan(code, self.order(20)))

    def test_bound_code_lapses(self):
        data = self.order(20)
        self.scan(self.member._payment_code()["code"], data)
        with freeze_time(fields.Datetime.now() + timedelta(seconds=301)):
            self.assertRefused(self.hold(data, 20))
            with self.assertRaises(CodeNotAccepted):
                self.store(data)
        self.assertCard(100)

    def test_code_lasts_as_long_as_the_hold(self):
        data = self.order(20)
        self.scan(self.member._payment_code()["code"], data)
        with freeze_time(fields.Datetime.now() + timedelta(seconds=290)):
            self.assertTrue(self.hold(data, 20)["successful"])
        with freeze_time(fields.Datetime.now() + timedelta(seconds=450)):
            self.store(data)
        self.assertCard(80)

    def test_code_of_another_member_does_not_pay(self):
        data = self.order(20)
        self.scan(self.other._payment_code()["code"], data)
        self.assertRefused(self.hold(data, 20))
        with self.assertRaises(CodeNotAccepted):
            self.store(data)
        self.assertCard(100)

    def test_new_scan_replaces_the_order_s_code(self):
        data = self.order(20)
        self.scan(self.other._payment_code()["code"], data)
        self.assertTrue(self.scan(self.member._payment_code()["code"], data)["successful"])
        self.store(data)
        self.assertCard(80)

    def test_refused_debit_leaves_the_code(self):
        data = self.order(20, price=220)
        self.scan(self.member._payment_code()["code"], data)
        self.assertFalse(self.hold(data, 200)["successful"])
        self.assertEqual(self.codes.search([("partner_id", "=", self.member.id)]).state, "bound")

    def test_program_without_the_need_takes_the_wallet_as_ever(self):
        self.wallets.payment_code_required = False
        self.store(self.order(20))
        self.assertCard(80)

    def test_guesses_are_counted(self):
        for number in range(10):
            self.assertRefused(self.scan(f"88{number:016}", self.order(20)))
        answer = self.scan(self.member._payment_code()["code"], self.order(20))
        self.assertRefused(answer)
        self.assertIn("15", answer["message"])

    def test_member_qr_sets_the_member_and_pays_nothing(self):
        data = self.order(20)
        answer = self.scan(self.member.sudo().member_qr, data)
        self.assertEqual((answer["partner_id"], answer["payment"]), (self.member.id, False))
        self.assertRefused(self.hold(data, 20))
        self.assertRefused(self.scan(self.member.sudo().member_qr[:-1] + "9", data))
        self.assertRefused(self.scan("GCM." + self.member.member_number, data))

    def test_only_cashiers_scan(self):
        stranger = self.env["res.users"].create({"name": "Stranger", "login": "stranger", "group_ids": []})
        with self.assertRaises(AccessError):
            self.till.with_user(stranger).scan(self.pos_session.id, "uuid", "88")

    def test_cashier_needs_no_group_of_ours(self):
        cashier = self.env["res.users"].create(
            {
                "name": "Cashier",
                "login": "till_cashier",
                "group_ids": [
                    Command.set([self.env.ref("base.group_user").id, self.env.ref("point_of_sale.group_pos_user").id])
                ],
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        data, code = self.order(20), self.member._payment_code()["code"]
        with self.enter_registry_test_mode():
            till = self.till.with_user(cashier)
            self.assertTrue(till.scan(self.pos_session.id, data["uuid"], code)["successful"])
            shown = till.enquire(self.pos_session.id, partner_id=self.member.id)
        self.assertEqual(shown["cards"][0]["balance"], 100)
        self.assertNotIn(self.card.code, str(shown))
        Order = self.Order.with_user(cashier)
        self.assertTrue(Order.giftcard_hold(data["uuid"], {str(self.card.id): 20})["successful"])
        Order.sync_from_ui([data])
        self.assertCard(80)
        with self.assertRaises(AccessError):
            self.codes.with_user(cashier).search([])

    def test_unused_codes_are_forgotten(self):
        self.member._payment_code()
        with freeze_time(fields.Datetime.now() + timedelta(days=2)):
            self.codes._gc_unused()
        self.assertFalse(self.codes.search([("partner_id", "=", self.member.id)]))
