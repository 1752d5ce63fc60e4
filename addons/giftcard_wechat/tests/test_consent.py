import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ApiCase


@tagged("post_install", "-at_install")
class TestConsent(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.documents = cls.env["giftcard.consent.document"]
        cls.company = cls.env["res.company"].create({"name": "Consents"})
        cls.privacy = cls.document("privacy", "t-1")
        cls.marketing = cls.document("marketing", "t-1", required=False)

    @classmethod
    def document(cls, kind, version, publish=True, **values):
        document = cls.documents.create(
            {"kind": kind, "version": version, "title": kind.title(), "body": "<p>Text</p>", **values}
        )
        if publish:
            # Of two published in one second the later record counts.
            document.action_publish()
        return document

    def decide(self, document, granted=True, token=None):
        body = {"document_id": document.id, "granted": granted}
        return self.api("POST", "/me/consents", token or self.alice_token, json=body)

    def in_force(self):
        response = self.api("GET", "/consent-documents")
        self.assertEqual(response.status_code, 200, response.text)
        return {item["kind"]: item for item in response.json()["items"]}

    def test_what_is_in_force(self):
        found = self.in_force()
        self.assertEqual(found["privacy"]["id"], self.privacy.id)
        self.assertEqual(found["privacy"]["body"], "<p>Text</p>")
        self.document("privacy", "t-draft", publish=False)
        self.assertEqual(self.in_force()["privacy"]["version"], "t-1")
        newer = self.document("privacy", "t-2")
        self.assertEqual(self.in_force()["privacy"]["id"], newer.id)

    def test_agree_and_withdraw(self):
        response = self.decide(self.marketing)
        self.assertEqual(response.status_code, 201, response.text)
        self.assertTrue(response.json()["granted"])
        self.decide(self.marketing, granted=False)
        self.decide(self.privacy)
        items = {item["kind"]: item for item in self.get("/me/consents")["items"]}
        self.assertEqual((items["marketing"]["granted"], items["privacy"]["granted"]), (False, True))
        self.assertEqual(self.env["giftcard.consent"].search_count([("member_id", "=", self.alice.id)]), 3)
        self.assertEqual(self.get("/me/consents", self.bob_token)["items"], [])

    def test_another_version_is_asked_for_anew(self):
        self.decide(self.privacy)
        self.document("privacy", "t-2")
        [item] = self.get("/me/consents")["items"]
        self.assertEqual((item["version"], item["current"]), ("t-1", False))
        self.assertProblem(self.decide(self.privacy), 409, "document_outdated")

    def test_what_membership_depends_on(self):
        self.assertProblem(self.decide(self.privacy, granted=False), 409, "consent_required")

    def test_documents_that_are_not_offered(self):
        draft = self.document("terms", "t-draft", publish=False)
        self.assertProblem(self.decide(draft), 404, "not_found")
        other = self.document("terms", "t-9", company_id=self.company.id)
        self.assertProblem(self.decide(other), 404, "not_found")

    def test_a_published_document_is_not_changed(self):
        for values in ({"body": "<p>Other</p>"}, {"version": "t-3"}, {"published_at": False}):
            with self.assertRaises(UserError):
                self.privacy.write(values)
        with self.assertRaises(UserError):
            self.privacy.unlink()
        with self.assertRaises(UserError):
            self.privacy.action_publish()

    @mute_logger("odoo.sql_db")
    def test_a_consent_is_not_changed(self):
        self.decide(self.privacy)
        for query in ("UPDATE giftcard_consent SET granted = FALSE", "DELETE FROM giftcard_consent"):
            with self.assertRaises(psycopg2.Error), self.env.cr.savepoint():
                self.env.cr.execute(query)

    def test_scripts_are_taken_out(self):
        document = self.document("terms", "t-7", publish=False)
        document.body = "<p onclick='x()'>Hi<script>alert(1)</script></p>"
        document.action_publish()
        self.assertNotRegex(self.in_force()["terms"]["body"], "script|onclick")

    def test_rights(self):
        self.assertNoRights("GET", "/me/consents")
        self.assertNoRights("POST", "/me/consents", json={"document_id": self.privacy.id, "granted": True})
        officer = self._make_user("officer_consent", "giftcard_points.group_officer")
        with self.assertRaises(AccessError):
            self.document("terms", "t-5", publish=False).with_user(officer).action_publish()
        with self.assertRaises(AccessError):
            self.env["giftcard.consent"].with_user(officer).create({})
