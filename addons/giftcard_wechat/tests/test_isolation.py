from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import tagged

from ..models.ir_rule import MEMBER_PATHS
from .common import ApiCase


@tagged("post_install", "-at_install")
class TestIsolation(ApiCase):
    """The record rules alone keep members apart: here nothing asks for the member's own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.env.ref("giftcard_wechat.user_api")
        cls.grant(cls, cls.other, 50)
        document = cls.env["giftcard.consent.document"].create({"kind": "terms", "version": "x", "title": "Terms"})
        for member in (cls.alice, cls.bob):
            cls.redemptions._submit(member, cls.store, [(cls.reward, 1)], "k")._approve()
            cls.env["giftcard.consent"]._decide(member, document, True)
        cls.env.flush_all()

    def acting_for(self, member=None):
        context = {"allowed_company_ids": self.env.company.ids}
        if member:
            context["giftcard_member_id"] = member.id
        return self.env(user=self.user, context=context)

    def readable(self):
        """Models that the API's user may read and that belong to members."""
        env = self.acting_for(self.alice)
        return [name for name in MEMBER_PATHS if env[name].has_access("read")]

    def test_members_see_their_own(self):
        self.assertGreaterEqual(
            set(self.readable()),
            {
                "res.partner",
                "loyalty.card",
                "giftcard.entry",
                "giftcard.redemption",
                "giftcard.redemption.line",
                "giftcard.redemption.transition",
                "giftcard.pickup.code",
            },
        )
        for name in self.readable():
            for member in (self.alice, self.bob, self.alice):
                with self.subTest(model=name, member=member.name):
                    seen = self.acting_for(member)[name].search([])
                    own = self.env[name].search([(MEMBER_PATHS[name], "=", member.id)])
                    self.assertTrue(own)
                    self.assertEqual(seen.ids, own.ids)

    def test_others_cannot_be_read_by_id(self):
        for name in self.readable():
            with self.subTest(model=name):
                record = self.env[name].search([(MEMBER_PATHS[name], "=", self.bob.id)], limit=1)
                record = record.with_env(self.acting_for(self.alice))
                self.assertFalse(record.has_access("read"))
                with self.assertRaises(AccessError):
                    record.read(["id"])

    def test_nobody_sees_nobody(self):
        for name in self.readable():
            with self.subTest(model=name):
                self.assertFalse(self.acting_for()[name].search([]))

    def test_every_model_of_members_is_in_the_list(self):
        """A new model that leads to a member has to be thought of."""
        env = self.acting_for(self.alice)
        for name, model in env.items():
            if model._abstract or model._transient or not model._auto or not model.has_access("read"):
                continue
            partner_fields = [
                field.name
                for field in model._fields.values()
                if field.type == "many2one" and field.comodel_name == "res.partner" and field.store
            ]
            if partner_fields and name not in ("res.company", "giftcard.store"):
                self.assertIn(name, MEMBER_PATHS, partner_fields)

    def test_models_that_contain_members_are_closed(self):
        """The cached rules of a model that inherits contacts would contain one member for all."""
        domain = self.acting_for(self.alice)["ir.rule"]._compute_domain("res.users", "read")
        self.assertEqual(domain, Domain.FALSE)

    def test_other_users_are_not_concerned(self):
        auditor = self._make_user("auditor_isolation", "giftcard_points.group_auditor")
        cards = self.env["loyalty.card"].with_user(auditor).with_context(giftcard_member_id=self.alice.id)
        self.assertLessEqual(self.card | self.other, cards.search([]))

    def test_the_user_can_change_nothing(self):
        env = self.acting_for(self.alice)
        for name, model in env.items():
            if model._abstract or model._transient:
                continue
            for operation in ("write", "create", "unlink"):
                self.assertFalse(model.has_access(operation), f"{operation} {name}")

    def test_the_user_cannot_log_in(self):
        self.assertFalse(self.user.active)
        self.assertFalse(self.user._is_internal())
        self.env.cr.execute("SELECT password FROM res_users WHERE id = %s", [self.user.id])
        self.assertFalse(self.env.cr.fetchone()[0])
