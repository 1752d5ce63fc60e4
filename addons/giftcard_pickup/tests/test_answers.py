from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import PickupCase


@tagged("post_install", "-at_install")
class TestAnswers(PickupCase):
    """Staff are told apart what is wrong, also when the member shows his order instead of a code."""

    def setState(self, redemption, state):
        self.env.cr.execute("UPDATE giftcard_redemption SET state = %s WHERE id = %s", [state, redemption.id])
        self.env.invalidate_all()

    def test_an_order_number_tells_how_it_is_getting_on_and_hands_nothing_over(self):
        waiting, ready = self.submit(key="w"), self.ready(key="r")
        for state, result in (
            ("awaiting_payment", "not_paid"),
            ("to_review", "not_ready"),
            ("in_review", "not_ready"),
            ("approved", "not_ready"),
            ("rejected", "void"),
        ):
            savepoint = self.env.cr.savepoint()
            self.setState(waiting, state)
            for attempt in (self.verify, self.hand_over):
                answer = attempt(waiting.name.lower())
                self.assertEqual((answer["result"], answer["redemption"]), (result, waiting.name), state)
                self.assertNotIn("member", answer)
            savepoint.close(rollback=True)
            self.env.invalidate_all()
        self.assertEqual(self.hand_over(ready.name)["result"], "code_needed")
        self.assertEqual(ready.state, "ready")
        self.hand_over(ready.pickup_code_id.digits)
        answer = self.verify(ready.name)
        self.assertEqual((answer["result"], answer["used_by"]), ("used", self.clerk.name))

    def test_an_order_of_another_store_or_of_none(self):
        redemption = self.ready()
        west = self.store.copy({"name": "West", "code": "W"})
        answer = self.verify(redemption.name, store=west)
        self.assertEqual((answer["result"], answer.keys()), ("other_store", {"result", "message", "store"}))
        self.assertEqual(self.verify("RD99999999")["result"], "unknown")
        attempts = self.env["giftcard.pickup.attempt"].search([("user_id", "=", self.clerk.id)])
        self.assertEqual(attempts.mapped("wrong"), [True, False])
        self.assertEqual(set(attempts.mapped("kind")), {"number"})

    def test_a_repeated_handover_has_the_first_answer(self):
        redemption = self.ready(quantity=3)
        line, token = redemption.line_ids, redemption.pickup_code_id.token
        with self.enter_registry_test_mode():
            codes = self.codes.with_user(self.clerk)
            parts = [{"line_id": line.id, "quantity": 1}]
            answers = [codes.action_hand_over(token, self.store.id, parts, "till", "key") for __ in range(2)]
        self.assertEqual(answers[0], answers[1])
        self.assertEqual((answers[0]["result"], line.handed_quantity), ("handed_over", 1))


@tagged("post_install", "-at_install")
class TestGuessing(PickupCase):
    """Wrong codes are counted by clerk, by device and by store."""

    def setUp(self):
        super().setUp()
        self.code = self.ready().pickup_code_id

    def guess(self, clerk, device, times=1, store=None):
        with self.enter_registry_test_mode():
            for __ in range(times):
                answer = self.codes.with_user(clerk)._verify("nonsense", store or self.store, device)
        return answer["result"]

    def clerks(self, number):
        return [self._make_user(f"clerk_{count}", "giftcard_pickup.group_clerk") for count in range(number)]

    def test_a_device_pauses_whoever_signs_in(self):
        first, second = self.clerks(2)
        self.guess(first, "till-1", 5)
        self.assertEqual(self.guess(second, "till-1", 5), "unknown")
        self.assertEqual(self.guess(first, "till-1"), "throttled")
        self.assertEqual(self.guess(first, "till-2"), "unknown")
        device = self.env["giftcard.pickup.attempt"].search([("user_id", "=", first.id)]).mapped("device")
        self.assertEqual(set(device), {"till-1", "till-2"})

    def test_a_clerk_pauses_on_any_device(self):
        [clerk] = self.clerks(1)
        for number in range(10):
            self.assertEqual(self.guess(clerk, f"till-{number}"), "unknown")
        self.assertEqual(self.guess(clerk, "another"), "throttled")

    def test_a_store_pauses_when_all_guess(self):
        clerks = self.clerks(6)
        west = self.store.copy({"name": "West", "code": "W"})
        for number, clerk in enumerate(clerks[:5]):
            self.assertEqual(self.guess(clerk, f"till-{number}", 10), "unknown")
        self.assertEqual(self.guess(clerks[5], "till-6"), "throttled")
        self.assertEqual(self.guess(clerks[5], "till-6", store=west), "unknown")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=11)):
            self.assertEqual(self.guess(clerks[5], "till-6"), "unknown")
