from odoo.tests import tagged

from .common import ApiCase


@tagged("post_install", "-at_install")
class TestReturn(ApiCase):
    def setUp(self):
        super().setUp()
        self.redemption = self.ready(quantity=2, key="return")
        self.path = f"/redemptions/{self.redemption.id}"
        self.hand_over(self.redemption.pickup_code_id.digits)

    def ask(self, quantity=1, token=None, line_id=None):
        body = {"lines": [{"line_id": line_id or self.redemption.line_ids.id, "quantity": quantity}], "reason": "坏了"}
        return self.api("POST", f"{self.path}/returns", token or self.alice_token, json=body)

    def test_ask_and_withdraw(self):
        self.assertTrue(self.get(self.path)["may_return"])
        answer = self.ask()
        self.assertEqual(answer.status_code, 201, answer.text)
        shown = answer.json()
        [asked] = shown["returns"]
        self.assertEqual((asked["state"], asked["reason"], shown["may_return"]), ("requested", "坏了", False))
        self.assertProblem(self.ask(), 409, "illegal_transition")
        path = f"{self.path}/returns/{asked['id']}/withdraw"
        self.assertProblem(self.api("POST", path, self.bob_token), 404, "not_found")
        withdrawn = self.api("POST", path, self.alice_token).json()
        self.assertEqual((withdrawn["returns"][0]["state"], withdrawn["may_return"]), ("withdrawn", True))
        self.assertProblem(self.api("POST", path, self.alice_token), 409, "illegal_transition")
        self.assertCard(self.card, 80)

    def test_what_cannot_come_back(self):
        self.assertProblem(self.ask(3), 422, "invalid_quantity")
        other = self.ready(key="other", quantity=1)
        self.assertProblem(self.ask(line_id=other.line_ids.id), 409, "not_returnable")
        self.company.giftcard_return_days = 0
        self.assertProblem(self.ask(), 409, "not_returnable")

    def test_no_rights(self):
        body = {"lines": [{"line_id": self.redemption.line_ids.id, "quantity": 1}], "reason": "x"}
        self.assertNoRights("POST", f"{self.path}/returns", json=body)
        self.assertNoRights("POST", f"{self.path}/returns/1/withdraw")
        self.assertProblem(self.ask(token=self.bob_token), 404, "not_found")
        self.assertFalse(self.redemption.return_request_ids)
