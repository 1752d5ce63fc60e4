import base64
from datetime import UTC, timedelta

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.giftcard_points.exceptions import AlreadyResolved

from .common import PickupCase


@tagged("post_install", "-at_install")
class TestOffline(PickupCase):
    """What a till hands over without network is booked later, once, or kept as a conflict."""

    def setUp(self):
        super().setUp()
        self.redemption = self.ready(quantity=2)
        self.code = self.redemption.pickup_code_id
        self.reviewer = self._make_user("reviewer_offline", "giftcard_pickup.group_reviewer")
        self.offline = self.env["giftcard.pickup.offline"]

    def told(self, uuid="u1", quantity=2, code=None, minutes=5):
        at = fields.Datetime.now() - timedelta(minutes=minutes)
        return {
            "uuid": uuid,
            "scanned": (code or self.code).token,
            "parts": [{"line_id": (code or self.code).redemption_id.line_ids.id, "quantity": quantity}],
            "handed_at": at.replace(tzinfo=UTC).isoformat().replace("+00:00", ".123Z"),
        }

    def sync(self, *handovers, clerk=None):
        with self.enter_registry_test_mode():
            answers = self.codes.with_user(clerk or self.clerk).action_sync(list(handovers), self.store.id, "till-1")
        return [(answer["uuid"], answer["state"]) for answer in answers]

    def test_what_a_till_has_to_know(self):
        done = self.ready(key="done", reward=self.service)
        self.hand_over(done.pickup_code_id.digits)
        proxy = self.redemption._set_proxy("Zhang San", "1234")
        known = self.codes.with_user(self.clerk).action_offline(self.store.id)
        self.assertEqual(known["store_id"], self.store.id)
        self.assertEqual(known["open"].keys(), {str(self.code.id), str(proxy.id)})
        told = known["open"][str(self.code.id)]
        self.assertEqual((told["redemption"], told["member"], told["proxy"]), (self.redemption.name, "A**", False))
        self.assertEqual([(line["name"], line["quantity"]) for line in told["lines"]], [("Mug", 2)])
        self.assertEqual(known["closed"], {str(done.pickup_code_id.id): "used"})
        self.assertNotIn(self.code.digits, str(known))
        self.assertNotIn(self.code.nonce, str(known))
        with self.assertRaises(AccessError):
            self.codes.with_user(self.reviewer).action_offline(self.store.id)

    def test_the_public_key_verifies_what_members_show(self):
        known = self.codes.with_user(self.clerk).action_offline(self.store.id)
        body, signature = self.code.token.rsplit("-", 1)
        key = serialization.load_der_public_key(base64.b64decode(known["keys"][body.split("-")[1]]))
        raw = base64.b32decode(f"{signature}=")
        self.assertEqual(len(raw), 64)
        parts = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key.verify(parts, body.encode(), ec.ECDSA(hashes.SHA256()))

    def test_booked_once(self):
        handover = self.told()
        self.assertEqual(self.sync(handover, handover), [("u1", "applied")] * 2)
        self.assertEqual(self.sync(handover), [("u1", "applied")])
        self.assertEqual(self.redemption.state, "done")
        self.assertEqual(self.stock(), (1, 0))
        record = self.offline.search([("store_id", "=", self.store.id)])
        self.assertEqual((record.user_id, record.device, record.code_id), (self.clerk, "till-1", self.code))
        self.assertEqual(self.code.used_at, record.handed_at)
        self.assertLess(record.handed_at, record.synced_at)
        attempts = self.env["giftcard.pickup.attempt"].search([("code_id", "=", self.code.id)])
        self.assertEqual(set(attempts.mapped("purpose")), {"sync"})

    def test_parts(self):
        self.assertEqual(self.sync(self.told("a", 1), self.told("b", 1)), [("a", "applied"), ("b", "applied")])
        self.assertEqual(len(self.redemption.handover_ids), 2)
        self.assertEqual(self.redemption.state, "done")

    def test_used_elsewhere_is_a_conflict_that_stays(self):
        self.hand_over(self.code.digits)
        self.assertEqual(self.sync(self.told()), [("u1", "conflict")])
        self.assertEqual(self.sync(self.told()), [("u1", "conflict")])
        record = self.offline.search([("store_id", "=", self.store.id)])
        self.assertEqual((record.state, record.redemption_id), ("conflict", self.redemption))
        self.assertEqual(record.goods, "Mug × 2")
        self.assertIn("Used already", record.message)
        self.assertEqual(self.stock(), (1, 0))
        with self.assertRaises(AccessError):
            record.with_user(self.clerk).action_resolve()
        self.env["giftcard.pickup.resolve"].with_user(self.reviewer).create(
            {"offline_id": record.id, "resolution": "Brought back"}
        ).action_confirm()
        self.assertEqual((record.state, record.resolved_by_id), ("resolved", self.reviewer))
        self.assertEqual(record.resolution, "Brought back")
        with self.assertRaises(AlreadyResolved):
            record.with_user(self.reviewer)._resolve("again")
        self.assertEqual(self.sync(self.told()), [("u1", "resolved")])

    def test_cancelled_meanwhile_is_a_conflict(self):
        self.redemption._cancel("no")
        self.assertEqual(self.sync(self.told()), [("u1", "conflict")])
        self.assertEqual(self.redemption.state, "cancelled")

    def test_a_conflict_does_not_keep_the_others(self):
        other = self.ready(key="other", reward=self.service).pickup_code_id
        self.redemption._cancel("no")
        answers = self.sync(self.told(), self.told("u2", 1, other))
        self.assertEqual(answers, [("u1", "conflict"), ("u2", "applied")])

    def test_more_than_is_left_is_a_conflict(self):
        self.assertEqual(self.sync(self.told("a", 1), self.told("b", 2)), [("a", "applied"), ("b", "conflict")])
        self.assertEqual(self.redemption.line_ids.handed_quantity, 1)

    def test_nonsense_is_kept_too(self):
        self.assertEqual(self.sync({**self.told(), "scanned": "GP2-x", "parts": "x"}), [("u1", "conflict")])
        self.assertFalse(self.offline.search([("uuid", "=", "u1")]).redemption_id)

    def test_valid_when_it_was_handed_over(self):
        self.env.cr.execute(
            "UPDATE giftcard_pickup_code SET valid_until = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(minutes=3), self.code.id],
        )
        self.env.invalidate_all()
        self.code._sign()
        self.assertEqual(self.hand_over(self.code.digits)["result"], "expired")
        self.assertEqual(self.sync(self.told("late", minutes=1)), [("late", "conflict")])
        self.assertEqual(self.sync(self.told("in time", minutes=5)), [("in time", "applied")])

    def test_the_future_is_now(self):
        self.assertEqual(self.sync(self.told(minutes=-60)), [("u1", "applied")])
        self.assertLessEqual(self.code.used_at, fields.Datetime.now())

    def test_a_conflict_is_booked_when_the_reason_is_gone(self):
        self.redemption.picking_ids.do_unreserve()
        self.put(self.mug, 1)
        self.assertEqual(self.sync(self.told()), [("u1", "conflict")])
        record = self.offline.search([("uuid", "=", "u1")])
        self.put(self.mug, 2)
        with self.enter_registry_test_mode():
            record.with_user(self.reviewer).action_retry()
        self.assertEqual((record.state, self.redemption.state), ("applied", "done"))
        self.assertEqual(self.code.used_by_id, self.clerk)

    def test_after_too_many_wrong_codes_it_is_told_later(self):
        for __ in range(10):
            self.verify("nonsense")
        self.assertEqual(self.sync(self.told()), [("u1", "later")])
        self.assertFalse(self.offline.search([("uuid", "=", "u1")]))

    def test_own_stores_only(self):
        other = self._make_user("clerk_west", "giftcard_pickup.group_clerk")
        with self.assertRaises(AccessError):
            self.sync(self.told(), clerk=other)
        self.hand_over(self.code.digits)
        self.sync(self.told())
        record = self.offline.search([("uuid", "=", "u1")])
        self.assertFalse(self.offline.with_user(other).search([("id", "=", record.id)]))
        with self.assertRaises(AccessError):
            record.with_user(self.clerk).write({"state": "applied"})
