from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import PickupCase
from .common_cash import CashCase


@tagged("post_install", "-at_install")
class TestUnclaimed(PickupCase):
    """What nobody picks up: told before and after, goods freed, points back by the store's rule, once."""

    def setUp(self):
        super().setUp()
        self.redemption = self.ready(quantity=2)
        self.code = self.redemption.pickup_code_id

    def messages(self):
        return self.env["giftcard.message"].search([("partner_id", "=", self.alice.id), ("kind", "=", "pickup")])

    def run_jobs(self, **later):
        with freeze_time(fields.Datetime.now() + timedelta(**later)), self.enter_registry_test_mode():
            self.env.ref("giftcard_pickup.ir_cron_remind_pickup").method_direct_trigger()
            self.env.ref("giftcard_pickup.ir_cron_expire_pickup_codes").method_direct_trigger()
        self.env.invalidate_all()

    def test_reminded_once_before(self):
        self.run_jobs(days=26)
        self.assertFalse(self.messages())
        self.run_jobs(days=27, hours=1)
        self.run_jobs(days=28)
        message = self.messages()
        self.assertIn(self.redemption.name, message.title)
        self.assertIn("East", message.body)

    def test_reminded_again_of_the_new_time(self):
        self.run_jobs(days=28)
        self.redemption._extend_pickup(self.code.valid_until + timedelta(days=10), "On a journey")
        self.run_jobs(days=30, hours=1)
        self.assertEqual(self.redemption.state, "ready")
        self.assertEqual(len(self.messages()), 1)
        self.run_jobs(days=38)
        self.assertEqual(len(self.messages()), 2)

    def test_no_reminder_when_the_store_wants_none(self):
        self.store.pickup_reminder_days = 0
        self.run_jobs(days=29)
        self.assertFalse(self.messages())

    def test_returned_and_told(self):
        self.run_jobs(days=31)
        self.assertEqual((self.redemption.state, self.code.state), ("expired", "expired"))
        self.assertEqual(self.stock(), (3, 0))
        self.assertCard(self.card, 100)
        self.assertEqual(self.reward.redeemed, 0)
        self.assertIn("20", self.messages().body)
        self.run_jobs(days=32)
        self.assertEqual(len(self.messages()), 1)
        self.assertEqual(self.verify(self.code.digits)["result"], "expired")

    def test_told_in_the_member_s_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.alice.lang = "zh_CN"
        module = "odoo.addons.giftcard_pickup.models.pickup.giftcard_pickup_reminder"
        with patch(f"{module}.format_datetime", lambda env, moment: env.lang):
            self.run_jobs(days=28)
        self.assertIn("zh_CN", self.messages().body)

    def test_points_back_by_the_rule(self):
        self.store.unclaimed_points_back = 33
        self.run_jobs(days=31)
        self.assertEqual(self.redemption.forfeited_points, 13.4)
        self.assertCard(self.card, 86.6)
        self.assertEqual(self.stock(), (3, 0))

    def test_no_points_back_by_the_rule(self):
        self.store.unclaimed_points_back = 0
        self.run_jobs(days=31)
        self.assertCard(self.card, 80)
        self.assertEqual(self.redemption.forfeited_points, 20)
        self.assertNotIn("back", self.messages().body)

    def test_the_rule_is_for_unclaimed_goods_alone(self):
        self.store.unclaimed_points_back = 0
        self.redemption._cancel("Changed my mind", member=self.alice)
        self.assertCard(self.card, 100)

    def test_the_rest_of_a_part_is_returned(self):
        self.store.unclaimed_points_back = 50
        with self.enter_registry_test_mode():
            self.codes.with_user(self.clerk)._hand_over(
                self.code.token, self.store, [{"line_id": self.redemption.line_ids.id, "quantity": 1}]
            )
        self.run_jobs(days=31)
        self.assertEqual((self.redemption.state, self.code.state), ("done", "expired"))
        self.assertCard(self.card, 85)
        self.assertEqual(self.redemption.forfeited_points, 5)
        self.assertEqual(self.stock(), (2, 0))
        self.assertEqual(self.reward.redeemed, 1)
        self.assertIn("5", self.messages().body)


@tagged("post_install", "-at_install")
class TestUnclaimedCash(CashCase):
    """Of an order picked up in part, the cash of the rest comes back too."""

    def give_up_the_rest(self, redemption, points=96):
        redemption._approve()
        parts = [{"line_id": redemption.line_ids.id, "quantity": 1}]
        with self.enter_registry_test_mode():
            token = redemption.pickup_code_id.token
            self.codes.with_user(self.clerk)._hand_over(token, self.store, parts)
        redemption._cancel("Enough", member=self.alice)
        self.assertEqual(redemption.state, "done")
        self.assertCard(self.card, points)

    def test_to_the_wallet(self):
        self.give_up_the_rest(self.order(3, price=self.price, wallet_id=self.wallet.id))
        self.assertCard(self.wallet, 44)

    def test_to_whoever_paid(self):
        redemption = self.order(3, price=self.price)
        self.process(self.pay(redemption))
        self.give_up_the_rest(redemption)
        self.assertEqual((redemption.refund_ids.amount, redemption.refund_ids.state), (12, "due"))
        self.assertEqual(redemption.refund_ids.pieces, {str(redemption.line_ids.id): 2})

    def test_cents_of_the_rest(self):
        self.put(self.mug, 4)
        self.price.write({"points": 4.35, "cash": 19.9})
        self.grant(self.wallet, 50)
        self.give_up_the_rest(self.order(4, price=self.price, wallet_id=self.wallet.id), points=95.65)
        self.assertCard(self.wallet, 80.1)
