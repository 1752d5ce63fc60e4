from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..exceptions import TextRefused
from .common import TEXT_CHECK, ApiCase


@tagged("post_install", "-at_install")
class TestFeedback(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("giftcard_wechat.rate_feedback", "0")
        cls.officer = cls._make_user("officer_feedback", "giftcard_points.group_officer")

    def submit(self, token=None, key=None, **values):
        body = {"kind": "complaint", "text": "The tea was cold."} | values
        return self.api("POST", "/feedback", token or self.alice_token, key=key, json=body)

    def feedback(self, **values):
        return self.env["giftcard.feedback"].browse(self.submit(**values).json()["id"])

    def test_submit(self):
        response = self.submit(text="  冷了\n退钱 ", contact="13800000000", key="feedback-key")
        self.assertEqual(response.status_code, 201, response.text)
        self.assertEqual(
            self.submit(text="  冷了\n退钱 ", contact="13800000000", key="feedback-key").json(), response.json()
        )
        feedback = self.env["giftcard.feedback"].browse(response.json()["id"])
        self.assertEqual(
            (feedback.member_id, feedback.company_id, feedback.body, feedback.state, feedback.suspect),
            (self.alice, self.env.company, "冷了\n退钱", "new", False),
        )
        self.assertEqual([item["id"] for item in self.get("/feedback")["items"]], feedback.ids)
        self.assertEqual(self.get(f"/feedback/{feedback.id}"), response.json())

    def test_nonsense(self):
        for values in ({"text": "   "}, {"text": "x" * 2001}, {"text": "a\x00b"}, {"kind": "x"}, {"state": "closed"}):
            with self.subTest(values=values):
                self.assertProblem(self.submit(**values), 422, "validation_error")

    def test_reply(self):
        feedback = self.feedback()
        officer = feedback.with_user(self.officer)
        officer.action_take()
        self.assertEqual((feedback.state, feedback.user_id), ("working", self.officer))
        with self.assertRaises(UserError):
            officer.action_take()
        with self.assertRaises(UserError):
            officer.action_reply()
        officer.reply = "We are sorry."
        self.assertIsNone(self.get(f"/feedback/{feedback.id}")["reply"])
        officer.action_reply()
        told = self.get(f"/feedback/{feedback.id}")
        self.assertEqual((told["state"], told["reply"]), ("closed", "We are sorry."))
        [message] = self.env["giftcard.message"].search([("key", "=", f"feedback/{feedback.id}")])
        self.assertEqual((message.partner_id, message.body), (self.alice, "We are sorry."))
        for again in (officer.action_reply, officer.action_close):
            with self.assertRaises(UserError):
                again()
        with self.assertRaises(UserError):
            officer.reply = "Or not."

    def test_close(self):
        feedback = self.feedback()
        feedback.with_user(self.officer).action_close()
        self.assertEqual((feedback.state, feedback.user_id), ("closed", self.officer))
        self.assertFalse(self.env["giftcard.message"].search([("key", "=", f"feedback/{feedback.id}")]))

    def test_auditors_look_on(self):
        feedback = self.feedback()
        auditor = self._make_user("auditor_feedback", "giftcard_points.group_auditor")
        self.assertEqual(feedback.with_user(auditor).body, "The tea was cold.")
        for action in ("action_take", "action_close"):
            with self.assertRaises(AccessError):
                getattr(feedback.with_user(auditor), action)()

    def test_text_check(self):
        """What the check holds back is marked for staff; what it refuses is not taken."""
        with patch(f"{TEXT_CHECK}._ask", return_value=("review", 0)) as asked:
            feedback = self.feedback(text="Hm.")
        self.assertTrue(feedback.suspect)
        text, scene, identity = asked.call_args.args
        [mine] = self.env["giftcard.identity"].search([("member_id", "=", self.alice.id)])
        self.assertEqual((text, scene, identity.id), ("Hm.", "comment", mine.id))
        [held] = self.env["giftcard.text.check"].search([("member_id", "=", self.alice.id)])
        self.assertEqual((held.res_model, held.res_id, held.state), ("giftcard.feedback", feedback.id, "held"))
        before = self.env["giftcard.feedback"].search_count([])
        with patch(f"{TEXT_CHECK}._check", side_effect=TextRefused("Not so.")):
            self.assertProblem(self.submit(), 422, "text_refused")
        self.assertEqual(self.env["giftcard.feedback"].search_count([]), before)

    def test_rate(self):
        self.env["ir.config_parameter"].set_param("giftcard_wechat.rate_feedback", "2")
        statuses = [self.submit().status_code for __ in range(3)]
        self.assertEqual(statuses, [201, 201, 429])
        self.assertEqual(self.submit(self.bob_token).status_code, 201)

    def test_another_member(self):
        feedback = self.feedback()
        self.assertProblem(self.api("GET", f"/feedback/{feedback.id}", self.bob_token), 404, "not_found")
        self.assertFalse(self.get("/feedback", self.bob_token)["items"])

    def test_no_rights(self):
        body = {"kind": "other", "text": "x"}
        self.assertNoRights("POST", "/feedback", json=body)
        self.assertNoRights("GET", "/feedback")
        self.assertNoRights("GET", f"/feedback/{self.feedback().id}")
