from odoo.tests import tagged

from .common import ApiCase


@tagged("post_install", "-at_install")
class TestPaymentCode(ApiCase):
    def code(self, token=None):
        response = self.api("POST", "/payment-codes", token or self.alice_token)
        self.assertEqual(response.status_code, 200, response.text)
        return response.json()

    def last(self, token=None):
        return self.get("/payment-codes/last", token)["state"]

    def test_codes(self):
        self.assertEqual(self.last(), "none")
        first, second = self.code(), self.code()
        self.assertRegex(first["code"], r"^88\d{16}$")
        self.assertNotEqual(first["code"], second["code"])
        self.assertEqual(first["expires_in"], 60)
        self.assertEqual((self.last(), self.last(self.bob_token)), ("issued", "none"))
        code = self.env["giftcard.payment.code"].search([("partner_id", "=", self.alice.id)])
        self.assertEqual(len(code), 1, "the one before cannot be scanned any more")
        code.expires_at = "2020-01-01"
        self.assertEqual(self.last(), "expired")

    def test_codes_are_not_kept(self):
        code = self.code()["code"]
        self.assertFalse(self.env["giftcard.api.request"].search([("body", "like", code)]))

    def test_too_many(self):
        for __ in range(10):
            self.code()
        response = self.api("POST", "/payment-codes", self.alice_token)
        self.assertProblem(response, 429, "too_many_attempts")

    def test_no_rights(self):
        self.assertNoRights("POST", "/payment-codes")
        self.assertNoRights("GET", "/payment-codes/last")
