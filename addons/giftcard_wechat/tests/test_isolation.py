from odoo import Command
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import tagged

from odoo.addons.giftcard_points.models.ledger.act import Act

from ..models.ir_rule import MEMBER_PATHS, member_domain
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
            cls.own_value(member)
            cls.env["giftcard.favourite"]._keep(member, cls.reward)
            cls.env["giftcard.feedback"]._receive(member, cls.env.company, "other", "…")
            cls.env["giftcard.faq"].create(
                {"question": "?", "answer": "!", "topic_id": cls.env["giftcard.topic"].create({"name": "…"}).id}
            )._vote(member, True)
            cls.env["giftcard.message"]._post(
                [{"partner_id": member.id, "kind": "tier", "key": f"isolation/{member.id}", "title": "…", "body": "…"}]
            )
            cls.env["giftcard.consent"]._decide(member, document, True)
        cls.env.flush_all()

    @classmethod
    def own_value(cls, member):
        """A gift card, a gift, a payment code, a payment in a store that went back, an order and its payment."""
        card = cls.env["loyalty.card"].create(
            {"program_id": cls.gift_program.id, "partner_id": member.id, "points": 50}
        )
        cls.env["giftcard.gift"]._offer(Act("gift", member_id=member.id), card, 10)
        member._payment_code()
        payment = cls.env["giftcard.store.payment"]._pay_store(member, cls.store, 5, card)
        payment._give_back(1, "Test", "r")
        order = cls.env["sale.order"].create({"partner_id": member.id, "giftcard_buyer_id": member.id})
        cls.env["payment.transaction"]._begin_for(
            order,
            member,
            5,
            cls.env.ref("base.CNY"),
            cls.env.ref("giftcard_wechat.payment_provider_wechatpay"),
            sale_order_ids=[Command.set(order.ids)],
        )
        cls.env["giftcard.tier.change"].create({"partner_id": member.id, "reason": "merge", "date": "2026-01-01"})

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
                    own = self.env[name].search(member_domain(name, member.id))
                    self.assertTrue(own)
                    self.assertEqual(seen.ids, own.ids)

    def test_others_cannot_be_read_by_id(self):
        for name in self.readable():
            with self.subTest(model=name):
                own = member_domain(name, self.alice.id)
                record = self.env[name].search(member_domain(name, self.bob.id) & ~own, limit=1)
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
