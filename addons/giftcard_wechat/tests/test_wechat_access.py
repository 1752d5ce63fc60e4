from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .. import exceptions
from ..api.problems import PROBLEM_TYPES
from .common import ApiCase

MODELS = (
    "giftcard.wechat.event",
    "giftcard.wechat.template",
    "giftcard.wechat.template.field",
    "giftcard.wechat.subscription",
    "giftcard.wechat.outbox",
    "giftcard.text.check",
    "giftcard.scene",
    "giftcard.wechat.shipping",
)


@tagged("post_install", "-at_install")
class TestWechatAccess(ApiCase):
    """Who may see and change what WeChat is told and has told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.identity = cls.env["giftcard.identity"].search([("member_id", "=", cls.alice.id)])
        cls.template = cls.env["giftcard.wechat.template"].create(
            {
                "app_id": cls.app.id,
                "kind": "order",
                "template_id": "T1",
                "field_ids": [(0, 0, {"name": "thing1", "source": "title"})],
            }
        )
        cls.env["giftcard.wechat.subscription"]._agree(cls.identity, cls.template)
        cls.alice.lang = "en_US"
        cls.check = cls.env["giftcard.text.check"].create(
            {
                "company_id": cls.company.id,
                "member_id": cls.alice.id,
                "scene": "profile",
                "text": "Alicia",
                "verdict": "review",
            }
        )
        cls.check._apply(cls.alice, "name", "Alicia")
        cls.scene = cls.env["giftcard.scene"]._of_store(cls.store)
        cls.event, __ = cls.env["giftcard.wechat.event"]._remember(cls.app, "k", "text", "o1")

    def user(self, group):
        return self._make_user(f"{group}_wechat", f"giftcard_points.group_{group}")

    def test_orders_tell_of_themselves(self):
        redemption = self.ready()
        messages = self.env["giftcard.message"]
        mine = [("partner_id", "=", self.alice.id), ("kind", "=", "order")]
        message = messages.search(mine)
        self.assertEqual(message.title, "Ready for pickup")
        self.assertIn(redemption.name, message.body)
        waiting = self.env["giftcard.wechat.outbox"].search([("message_id", "=", message.id)])
        self.assertEqual((waiting.state, waiting.identity_id), ("waiting", self.identity))
        other = self.submit(key="k2")
        other._reject("Sold out")
        self.assertIn("Sold out", messages.search(mine, order="id desc", limit=1).body)

    def test_officers_review_texts(self):
        auditor = self.user("auditor")
        with self.assertRaises(AccessError):
            self.check.with_user(auditor).action_release()
        officer = self.user("officer")
        self.check.with_user(officer).action_release()
        self.assertEqual((self.alice.name, self.check.decided_by_id), ("Alicia", officer))

    def test_secrets_are_the_managers(self):
        self.app.write({"message_token": "t0ken", "message_key": "k" * 43})
        officer = self.user("officer")
        for name in ("secret", "message_token", "message_key", "message_url"):
            with self.assertRaises(AccessError):
                self.app.with_user(officer).read([name])
        self.app.with_user(self.user("manager")).read(["message_key"])
        for model, name in (
            ("giftcard.scene", "digest"),
            ("giftcard.scene", "sealed"),
            ("giftcard.wechat.token", "value"),
        ):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.env.ref("base.user_admin")).search([], limit=1).read([name])

    def test_nobody_writes_but_who_should(self):
        auditor = self.user("auditor")
        for name in MODELS:
            model = self.env[name].with_user(auditor)
            self.assertTrue(model.has_access("read"), name)
            for operation in ("write", "create", "unlink"):
                self.assertFalse(model.has_access(operation), name)
        clerk = self.env["giftcard.wechat.outbox"].with_user(self.clerk)
        self.assertFalse(clerk.has_access("read"))

    def test_members_read_none_of_it(self):
        env = self.env(
            user=self.env.ref("giftcard_wechat.user_api"),
            context={"giftcard_member_id": self.alice.id, "allowed_company_ids": self.company.ids},
        )
        for name in (*MODELS, "giftcard.wechat.token", "giftcard.wechat.app"):
            self.assertFalse(env[name].has_access("read"), name)

    def test_another_company_sees_none_of_it(self):
        company = self.env["res.company"].create({"name": "Other"})
        manager = new_test_user(
            self.env,
            "manager_other",
            groups="giftcard_points.group_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        for record in (self.template, self.template.field_ids, self.check, self.scene, self.event):
            self.assertFalse(record.with_user(manager).search([("id", "=", record.id)]), record)
        subscriptions = self.env["giftcard.wechat.subscription"].with_user(manager)
        self.assertFalse(subscriptions.search([("identity_id", "=", self.identity.id)]))

    def test_what_fields_of_a_template_hold(self):
        lines = self.env["giftcard.wechat.template.field"]
        for name, source in (("foo1", "title"), ("thing", "title"), ("time2", "title"), ("character_string3", "body")):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                lines.create({"template_id": self.template.id, "name": name, "source": source})
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            lines.create({"template_id": self.template.id, "name": "thing1", "source": "body"})
        message = self.env["giftcard.message"].new(
            {"partner_id": self.alice.id, "title": "Z" * 30, "body": "", "date": "2026-05-01 16:30:00"}
        )
        for name, source, text in (
            ("thing2", "title", f"{'Z' * 19}…"),
            ("thing3", "body", "-"),
            ("time4", "date", "2026-05-02 00:30"),
            ("date5", "date", "2026-05-02"),
            ("character_string6", "number", self.alice.member_number),
        ):
            field = lines.create({"template_id": self.template.id, "name": name, "source": source})
            self.alice.tz = "Asia/Shanghai"
            self.assertEqual(field._value(message), text, name)

    def test_keys_of_messages(self):
        for values in ({"message_token": "a b"}, {"message_key": "short"}):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.app.write(values)

    def test_a_proxy_opens_the_pickup_code(self):
        redemption = self.ready()
        body = {"kind": "pickup", "redemption_id": redemption.id}
        self.assertProblem(self.api("POST", "/scenes", self.alice_token, json=body), 404, "not_found")
        redemption._set_proxy("Bob", "1234", member=self.alice)
        self.assertProblem(self.api("POST", "/scenes", self.bob_token, json=body), 404, "not_found")
        shared = self.api("POST", "/scenes", self.alice_token, json=body)
        self.assertEqual(shared.status_code, 201, shared.text)
        key = shared.json()["scene"]
        opened = self.api("POST", "/scenes/open", key="", json={"scene": key}).json()
        code = redemption.proxy_code_id
        self.assertEqual((opened["pickup"]["digits"], opened["pickup"]["token"]), (code.digits, code.token))
        redemption._drop_proxy(member=self.alice)
        self.assertProblem(self.api("POST", "/scenes/open", key="", json={"scene": key}), 410, "link_not_valid")

    def test_without_a_mini_program(self):
        self.app.active = False
        answer = self.api("POST", "/scenes", self.alice_token, json={"kind": "referral"})
        self.assertProblem(answer, 422, "validation_error")

    def test_every_refusal_has_a_problem(self):
        for error in vars(exceptions).values():
            if isinstance(error, type) and hasattr(error, "code"):
                self.assertIn(error.code, PROBLEM_TYPES, error)

    def test_no_rights(self):
        self.assertNoRights("POST", "/scenes", json={"kind": "referral"})
        self.assertNoRights("GET", "/subscriptions")
        self.assertNoRights("POST", "/subscriptions", json={"template_ids": ["T1"]})
