from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ..exceptions import OutOfStock
from .common import PickupCase


@tagged("post_install", "-at_install")
class TestPickup(PickupCase):
    def test_digits_and_qr_tell_what_to_hand_over(self):
        redemption = self.ready(quantity=2)
        code = redemption.pickup_code_ids
        for scanned in (code.digits, code.token, f" {code.digits[:4]} {code.digits[4:]}\n", code.token.lower()):
            answer = self.verify(scanned)
            self.assertEqual(answer["result"], "ready", scanned)
            self.assertEqual((answer["redemption"], answer["member"]), (redemption.name, "A**"))
            [line] = answer["lines"]
            self.assertEqual((line["name"], line["quantity"]), ("Mug", 2))
        self.assertEqual(redemption.state, "ready")

    def test_full_width_digits(self):
        code = self.ready().pickup_code_ids
        wide = code.digits.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
        self.assertEqual(self.verify(wide)["result"], "ready")

    def test_hand_over_takes_the_goods_once(self):
        redemption = self.ready(quantity=2)
        code = redemption.pickup_code_ids
        self.assertEqual(self.hand_over(code.token)["result"], "handed_over")
        self.assertEqual((redemption.state, redemption.picking_ids.state), ("done", "done"))
        self.assertEqual(self.stock(), (1, 0))
        self.assertCard(self.card, 80)
        self.assertEqual((code.state, code.used_by_id, code.used_store_id), ("used", self.clerk, self.store))
        step = redemption.transition_ids[-1]
        self.assertEqual((step.to_state, step.user_id), ("done", self.clerk))
        for scanned in (code.token, code.digits):
            for attempt in (self.hand_over, self.verify):
                answer = attempt(scanned)
                self.assertEqual(answer["result"], "used")
                self.assertEqual((answer["used_store"], answer["used_by"]), ("East", self.clerk.name))
                self.assertTrue(answer["used_at"].endswith("Z"))
                self.assertNotIn("member", answer)
        self.assertEqual(self.stock(), (1, 0))

    def test_service_is_handed_over_too(self):
        redemption = self.ready(reward=self.service)
        self.assertEqual(self.hand_over(redemption.pickup_code_ids.digits)["result"], "handed_over")
        self.assertEqual(redemption.state, "done")

    def test_before_approval_there_is_no_code(self):
        self.submit()
        self.assertFalse(self.codes.search([("store_id", "=", self.store.id)]))

    def test_cancelled_is_void(self):
        redemption = self.ready()
        redemption._cancel("no")
        for attempt in (self.verify, self.hand_over):
            self.assertEqual(attempt(redemption.pickup_code_ids.token)["result"], "void")

    def test_expired_even_before_the_cron(self):
        code = self.ready().pickup_code_ids
        with freeze_time(fields.Datetime.now() + timedelta(days=31)):
            for attempt in (self.verify, self.hand_over):
                self.assertEqual(attempt(code.digits)["result"], "expired")
        self.assertEqual(code.state, "open")

    def test_other_store(self):
        code = self.ready().pickup_code_ids
        other = self.store.copy({"name": "West", "code": "W"})
        for scanned in (code.digits, code.token):
            for attempt in (self.verify, self.hand_over):
                answer = attempt(scanned, store=other)
                self.assertEqual(answer["result"], "other_store")
                self.assertEqual(answer.keys(), {"result", "message", "store"})
                self.assertEqual(answer["store"], "East")

    def test_unknown(self):
        self.ready()
        for scanned in ("", "1234567", "hello", None, 12345678, ["x"], "x" * 10000, "%", "'; --"):
            for attempt in (self.verify, self.hand_over):
                self.assertIn(attempt(scanned)["result"], ("unknown", "throttled"))

    def test_digits_are_looked_up_in_the_store(self):
        east = self.ready().pickup_code_ids
        west = self.store.copy({"name": "West", "code": "W"})
        other = self.ready(key="w", store=west).pickup_code_ids
        self.env.cr.execute("UPDATE giftcard_pickup_code SET digits = %s WHERE id = %s", [east.digits, other.id])
        self.env.invalidate_all()
        self.assertEqual(self.verify(east.digits)["redemption"], east.redemption_id.name)
        self.assertEqual(self.verify(east.digits, store=west)["redemption"], other.redemption_id.name)

    def test_goods_that_were_taken_away_are_not_handed_over(self):
        redemption = self.ready(quantity=3)
        redemption.picking_ids.do_unreserve()
        self.put(self.mug, 2)
        with self.assertRaises(OutOfStock):
            self.hand_over(redemption.pickup_code_ids.digits)
        self.env.invalidate_all()
        self.assertEqual((redemption.state, redemption.pickup_code_ids.state), ("ready", "open"))

    def test_unreserved_goods_are_reserved_again(self):
        redemption = self.ready()
        redemption.picking_ids.do_unreserve()
        self.assertEqual(self.hand_over(redemption.pickup_code_ids.digits)["result"], "handed_over")
        self.assertEqual(self.stock(), (2, 0))
