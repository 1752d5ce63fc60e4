import base64
import secrets
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.giftcard_points.secret import derive_key

from .common import PickupCase


@tagged("post_install", "-at_install")
class TestToken(PickupCase):
    def test_forged_tokens_are_unknown(self):
        mine, other = self.ready().pickup_code_ids, self.ready(key="o").pickup_code_ids
        prefix, code_id, nonce, mac = mine.token.split("-")
        random = [base64.b32encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (10, 16)]
        forged = (
            ("another code's id", [prefix, str(other.id), nonce, mac]),
            ("another code's nonce", [prefix, code_id, other.nonce, mac]),
            ("another code's MAC", [prefix, code_id, nonce, other.token.split("-")[3]]),
            ("a random MAC", [prefix, code_id, nonce, random[1]]),
            ("a random nonce", [prefix, code_id, random[0], mac]),
            ("no MAC", [prefix, code_id, nonce]),
            ("another version", ["GP2", code_id, nonce, mac]),
            ("a cut MAC", [prefix, code_id, nonce, mac[:-1]]),
            ("an id with a leading zero", [prefix, f"0{code_id}", nonce, mac]),
        )
        for what, parts in forged:
            with self.subTest(what):
                self.assertEqual(self.hand_over("-".join(parts))["result"], "unknown")
        self.assertEqual((mine.state, other.state), ("open", "open"))

    def test_key_of_the_server_signs(self):
        code = self.ready().pickup_code_ids
        old = code.token
        with patch.dict("os.environ", {"GIFTCARD_PEPPER": "another"}):
            code.invalidate_recordset(["token"])
            self.assertNotEqual(code.token, old)
            self.assertEqual(self.verify(old)["result"], "unknown")
            self.assertEqual(self.verify(code.token)["result"], "ready")

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
        self.assertRegex(self.ready().pickup_code_ids.token, r"\A[0-9A-Z $%*+\-./:]{1,90}\Z")

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
