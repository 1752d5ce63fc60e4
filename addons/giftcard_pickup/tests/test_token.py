import base64
import secrets
from datetime import UTC, datetime
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.giftcard_points.secret import derive_key

from .common import PickupCase


@tagged("post_install", "-at_install")
class TestToken(PickupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = cls.env["giftcard.pickup.key"]
        cls.manager = cls._make_user("mall_manager", "giftcard_pickup.group_manager")

    def test_forged_tokens_are_unknown(self):
        mine, other = self.ready().pickup_code_ids, self.ready(key="o").pickup_code_ids
        prefix, key, code_id, store, expiry, nonce, signature = mine.token.split("-")
        random = [base64.b32encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (10, 64)]
        strange = self.key._make(self.env["res.company"].create({"name": "Other"}))
        forged = (
            ("another code's id", [prefix, key, str(other.id), store, expiry, nonce, signature]),
            ("another code's nonce", [prefix, key, code_id, store, expiry, other.nonce, signature]),
            ("another code's signature", [*mine.token.split("-")[:6], other.token.split("-")[6]]),
            ("another store", [prefix, key, code_id, str(int(store) + 1), expiry, nonce, signature]),
            ("a later expiry", [prefix, key, code_id, store, str(int(expiry) + 1), nonce, signature]),
            ("a random signature", [prefix, key, code_id, store, expiry, nonce, random[1]]),
            ("a random nonce", [prefix, key, code_id, store, expiry, random[0], signature]),
            ("no signature", [prefix, key, code_id, store, expiry, nonce]),
            ("no such key", [prefix, "999999999", code_id, store, expiry, nonce, signature]),
            ("another company's key", [prefix, str(strange.id), code_id, store, expiry, nonce, signature]),
            ("another version", ["GP3", key, code_id, store, expiry, nonce, signature]),
            ("a cut signature", [prefix, key, code_id, store, expiry, nonce, signature[:-1]]),
            ("an id with a leading zero", [prefix, key, f"0{code_id}", store, expiry, nonce, signature]),
            ("an old token of a new code", mine._make_old_token(mine.id, nonce).split("-")),
        )
        # Ten wrong codes mean a pause.
        clerks = [self.clerk, self._make_user("clerk_two", "giftcard_pickup.group_clerk")]
        for number, (what, parts) in enumerate(forged):
            with self.subTest(what):
                answer = self.hand_over("-".join(parts), clerk=clerks[number // 9])
                self.assertEqual(answer["result"], "unknown")
        self.assertEqual((mine.state, other.state), ("open", "open"))

    def test_a_leaked_key_alone_hands_nothing_over(self):
        code = self.ready().pickup_code_ids
        body = "-".join([*code.token.split("-")[:5], "A" * 16])
        token = f"{body}-{code._base32(code.key_id._sign([body])[0])}"
        self.assertTrue(code.key_id._verify(body, base64.b32decode(f"{token.split('-')[6]}=")))
        self.assertEqual(self.hand_over(token)["result"], "unknown")

    def test_another_secret_of_the_server_makes_another_key(self):
        code = self.ready().pickup_code_ids
        old = code.token
        with patch.dict("os.environ", {"GIFTCARD_PEPPER": "another"}):
            later = self.ready(key="2").pickup_code_ids
            self.assertNotEqual(later.key_id, code.key_id)
            self.assertEqual(self.verify(later.token)["result"], "ready")
            # What was signed before stays good: the public key is kept.
            self.assertEqual(self.verify(old)["result"], "ready")

    def test_keys_are_replaced_and_old_codes_stay_good(self):
        code = self.ready().pickup_code_ids
        old = code.token
        code.key_id.with_user(self.manager).action_rotate()
        self.assertNotEqual(code.token, old)
        for token in (old, code.token):
            self.assertEqual(self.verify(token)["result"], "ready")
        self.assertEqual(code.key_id, self.key.search([("company_id", "=", self.company.id)], limit=1))

    def test_codes_of_a_replaced_key_are_signed_anew_by_a_job(self):
        self.put(self.mug, 10)
        codes = self.ready(key="1").pickup_code_ids | self.ready(key="2").pickup_code_ids
        used = self.ready(key="3").pickup_code_ids
        self.hand_over(used.digits)
        old = used.token
        key = self.key._make(self.company)
        with self.enter_registry_test_mode():
            self.assertTrue(self.codes._sign_anew(limit=1))
            self.env.ref("giftcard_pickup.ir_cron_sign_pickup_codes").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(codes.key_id, key)
        for code in codes:
            self.assertEqual(self.verify(code.token)["result"], "ready")
        self.assertEqual(used.token, old)

    def test_many_codes_are_signed_by_one_statement(self):
        self.put(self.mug, 50)
        self.grant(self.card, 1000)
        codes = self.codes.browse()
        for number in range(5):
            codes |= self.ready(key=str(number)).pickup_code_ids
        codes[:1]._sign()
        codes.mapped("nonce")
        derive = patch.object(type(self.key), "_private_key", autospec=True, side_effect=type(self.key)._private_key)
        with derive as derived, self.assertQueryCount(3):
            codes._sign()
        # Once to see that this server can sign with the key, once to sign.
        self.assertEqual(derived.call_count, 2)
        used = codes[0]
        self.hand_over(used.digits)
        old = used.token
        self.key._make(self.company)
        codes._sign()
        self.assertEqual(used.token, old)

    def test_what_a_distrusted_key_has_signed_is_refused(self):
        code = self.ready().pickup_code_ids
        old, key = code.token, code.key_id
        key.with_user(self.manager).action_archive()
        self.assertFalse(key.active)
        self.assertEqual(self.verify(old)["result"], "unknown")
        self.assertEqual(self.verify(code.token)["result"], "ready")

    def test_only_managers_change_keys(self):
        key = self.ready().pickup_code_ids.key_id
        with self.assertRaises(AccessError):
            key.with_user(self.clerk).action_rotate()
        with self.assertRaises(AccessError):
            key.with_user(self.clerk).action_archive()
        with self.assertRaises(AccessError):
            key.with_user(self.manager).write({"public_key": "x"})

    def test_private_keys_are_not_stored(self):
        key = self.ready().pickup_code_ids.key_id
        private = key._private_key(key.salt).private_numbers().private_value
        self.env.cr.execute("SELECT to_jsonb(k)::text FROM giftcard_pickup_key k WHERE id = %s", key.ids)
        stored = self.env.cr.fetchone()[0]
        self.assertNotIn(f"{private:x}", stored)
        self.assertNotIn(str(private), stored)

    def test_old_tokens_are_honoured_until_they_lapse(self):
        code = self.ready().pickup_code_ids
        self.env.cr.execute("UPDATE giftcard_pickup_code SET signature = NULL, key_id = NULL WHERE id = %s", code.ids)
        code.invalidate_recordset()
        self.assertTrue(code.token.startswith(f"GP1-{code.id}-"))
        self.assertEqual(self.verify(f"{code.token[:-1]}{'A' if code.token[-1] != 'A' else 'B'}")["result"], "unknown")
        self.assertEqual(self.hand_over(code.token)["result"], "handed_over")

    def test_the_token_says_what_a_till_without_network_asks(self):
        code = self.ready().pickup_code_ids
        __, key, code_id, store, expiry, __, __ = code.token.split("-")
        self.assertEqual((int(key), int(code_id), int(store)), (code.key_id.id, code.id, self.store.id))
        self.assertEqual(datetime.fromtimestamp(int(expiry), UTC).replace(tzinfo=None), code.valid_until)

    def test_keys_differ_by_purpose(self):
        one, two = derive_key(self.env, "one"), derive_key(self.env, "two")
        self.assertEqual(len(one), 32)
        self.assertNotEqual(one, two)
        self.assertEqual(one, derive_key(self.env, "one"))

    def test_replayed_after_use(self):
        token = self.ready().pickup_code_ids.token
        self.hand_over(token)
        self.assertEqual(self.hand_over(token)["result"], "used")
        self.assertEqual(self.stock(), (2, 0))

    def test_token_fits_a_compact_qr_code(self):
        self.assertRegex(self.ready().pickup_code_ids.token, r"\A[0-9A-Z $%*+\-./:]{1,180}\Z")

    def test_nothing_repeats(self):
        self.put(self.mug, 50)
        self.grant(self.card, 1000)
        codes = self.codes.browse()
        for number in range(20):
            codes |= self.ready(key=str(number)).pickup_code_ids
        self.assertEqual(len(set(codes.mapped("digits"))), 20)
        self.assertEqual(len(set(codes.mapped("nonce"))), 20)

    def test_taken_digits_are_drawn_again(self):
        taken = int(self.ready().pickup_code_ids.digits)
        draw = "odoo.addons.giftcard_pickup.models.giftcard_pickup_code.secrets.randbelow"
        with patch(draw, side_effect=[taken, 42]):
            self.assertEqual(self.ready(key="2").pickup_code_ids.digits, "00000042")
