from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import PickupCase

MODELS = (
    "giftcard.redemption",
    "giftcard.redemption.line",
    "giftcard.redemption.transition",
    "giftcard.pickup.code",
    "giftcard.pickup.attempt",
    "giftcard.pickup.event",
    "giftcard.pickup.handover",
    "giftcard.pickup.handover.line",
    "giftcard.pickup.offline",
)


@tagged("post_install", "-at_install")
class TestAccess(PickupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reviewer = cls._make_user("reviewer_east", "giftcard_pickup.group_reviewer")
        cls.manager = cls._make_user("mall_manager", "giftcard_pickup.group_manager")
        cls.auditor = cls._make_user("auditor_east", "giftcard_points.group_auditor")
        cls.plain = cls._make_user("plain_east", "base.group_user")
        cls.storeman = cls._make_user("storeman_east", "stock.group_stock_user")
        cls.clerk_west = cls._make_user("clerk_west", "giftcard_pickup.group_clerk")
        cls.west = cls.store.copy({"name": "West", "code": "W", "user_ids": [(6, 0, cls.clerk_west.ids)]})

    def setUp(self):
        super().setUp()
        self.redemption = self.ready()
        self.code = self.redemption.pickup_code_ids
        self.verify(self.code.digits)
        handed = self.ready(key="handed", reward=self.service)
        told = {"uuid": "u", "scanned": handed.pickup_code_id.token, "parts": None}
        with self.enter_registry_test_mode():
            self.codes.with_user(self.clerk).action_sync([told], self.store.id)
        self.handover = handed.handover_ids

    def seen(self, model, user):
        domain = [] if model == "giftcard.pickup.attempt" else [("id", "in", self.records(model).ids)]
        return self.env[model].with_user(user).search(domain)

    def records(self, model):
        return {
            "giftcard.redemption": self.redemption,
            "giftcard.redemption.line": self.redemption.line_ids,
            "giftcard.redemption.transition": self.redemption.transition_ids,
            "giftcard.pickup.code": self.code,
            "giftcard.pickup.attempt": self.env["giftcard.pickup.attempt"].search([("code_id", "=", self.code.id)]),
            "giftcard.pickup.event": self.code.event_ids,
            "giftcard.pickup.handover": self.handover,
            "giftcard.pickup.handover.line": self.handover.line_ids,
            "giftcard.pickup.offline": self.env["giftcard.pickup.offline"].search([("store_id", "=", self.store.id)]),
        }[model]

    def test_clerk_sees_the_own_stores(self):
        for model in MODELS:
            self.assertTrue(self.seen(model, self.clerk), model)
            self.assertFalse(self.seen(model, self.clerk_west), model)
            with self.assertRaises(AccessError):
                self.records(model).with_user(self.clerk_west).read(["display_name"])

    def test_each_role_can_open_what_it_sees(self):
        seen = {
            self.clerk: ("giftcard.redemption", "giftcard.pickup.code", "giftcard.reward"),
            self.reviewer: ("giftcard.redemption", "giftcard.pickup.code", "giftcard.reward"),
            self.auditor: ("giftcard.redemption", "giftcard.pickup.code", "giftcard.reward"),
        }
        records = {model: self.records(model) for model in MODELS} | {"giftcard.reward": self.reward}
        for user, models in seen.items():
            for model in models:
                Form(records[model].with_user(user))
            for model, record in records.items():
                for kind in ("list", "kanban"):
                    view = self.env[model].with_user(user).get_view(view_type=kind)
                    names = {node.get("name") for node in etree.fromstring(view["arch"]).iter("field")}
                    record.with_user(user).web_read({name: {"fields": {"display_name": {}}} for name in names})

    def test_reviewer_and_auditor_see_all_and_others_nothing(self):
        for model in MODELS:
            for user in (self.reviewer, self.manager, self.auditor):
                self.assertEqual(self.seen(model, user) & self.records(model), self.records(model), model)
            with self.assertRaises(AccessError):
                self.seen(model, self.plain)

    def test_nobody_writes(self):
        for model in MODELS:
            for user in (self.clerk, self.reviewer, self.manager, self.auditor, self.plain):
                record = self.records(model)[:1].with_user(user)
                for change in (lambda one=record: one.write({"company_id": 1}), record.unlink):
                    with self.assertRaises(AccessError):
                        change()
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).create({})

    def test_another_company_sees_nothing(self):
        company = self.env["res.company"].create({"name": "Other"})
        foreign = self._make_user(
            "foreign", "giftcard_pickup.group_manager,giftcard_pickup.group_clerk,giftcard_points.group_auditor"
        )
        foreign.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        self.store.user_ids |= foreign
        for model in (*MODELS, "giftcard.reward"):
            self.assertFalse(self.env[model].with_user(foreign).search([]), model)

    def test_digits_and_token_are_for_reviewers(self):
        for user in (self.clerk, self.auditor):
            for field in ("digits", "nonce", "token", "qr"):
                with self.assertRaises(AccessError):
                    self.code.with_user(user).read([field])
            for field in ("pickup_digits", "pickup_qr"):
                with self.assertRaises(AccessError):
                    self.redemption.with_user(user).read([field])
            with self.assertRaises(AccessError):
                self.env["giftcard.pickup.code"].with_user(user).search([("digits", "like", "1%")])
        [shown] = self.redemption.with_user(self.reviewer).read(["pickup_digits", "pickup_qr"])
        self.assertEqual(shown["pickup_digits"], self.code.digits)
        self.assertTrue(shown["pickup_qr"])
        with self.assertRaises(AccessError):
            self.code.with_user(self.manager).read(["nonce"])

    def test_keys_are_for_managers_and_auditors(self):
        key = self.code.key_id
        for user in (self.manager, self.auditor):
            key.with_user(user).read(["public_key"])
            with self.assertRaises(AccessError):
                key.with_user(user).read(["salt"])
        for user in (self.clerk, self.reviewer, self.plain):
            with self.assertRaises(AccessError):
                key.with_user(user).read(["public_key"])
        offline = self.env["giftcard.pickup.offline"].search([("store_id", "=", self.store.id)])
        for user in (self.clerk, self.reviewer, self.manager, self.auditor):
            with self.assertRaises(AccessError):
                offline.with_user(user).read(["scanned"])

    def test_member_is_masked_for_the_clerk(self):
        [shown] = self.redemption.with_user(self.clerk).read(["member_masked"])
        self.assertEqual(shown["member_masked"], "A**")

    def test_only_reviewers_decide(self):
        waiting = self.submit(key="w")
        for user in (self.clerk, self.auditor, self.plain):
            for action in ("action_approve", "action_reject", "action_cancel"):
                with self.assertRaises(AccessError):
                    getattr(waiting.with_user(user), action)()
            with self.assertRaises(AccessError):
                self.env["giftcard.redemption.decision"].with_user(user).create(
                    {"redemption_ids": waiting.ids, "decision": "rejected", "reason": "no"}
                )

    def test_only_the_stores_clerks_verify(self):
        for user in (self.clerk_west, self.reviewer, self.manager, self.auditor, self.plain):
            codes = self.codes.with_user(user)
            for action in (codes.action_verify, codes.action_hand_over):
                with self.assertRaises(AccessError):
                    action(self.code.digits, self.store.id)
        with self.enter_registry_test_mode():
            clerk = self.codes.with_user(self.clerk)
            self.assertEqual(clerk.action_stores(), [{"id": self.store.id, "name": "East"}])
            self.assertEqual(clerk.action_verify(self.code.digits, self.store.id)["result"], "ready")
            self.assertEqual(clerk.action_hand_over(self.code.digits, self.store.id)["result"], "handed_over")
        self.assertFalse(self.clerk.has_group("stock.group_stock_user"))

    def test_rewards_are_the_managers(self):
        reward = self.reward
        reward.with_user(self.manager).write({"points_price": 12})
        self.env["giftcard.reward"].with_user(self.manager).create(
            {"product_id": self.mug.id, "program_id": self.points_program.id, "points_price": 3}
        )
        for user in (self.clerk, self.reviewer, self.auditor):
            self.assertEqual(reward.with_user(user).name, "Mug")
            with self.assertRaises(AccessError):
                reward.with_user(user).write({"points_price": 1})
        with self.assertRaises(AccessError):
            reward.with_user(self.plain).read(["name"])

    def test_nobody_enters_what_was_redeemed(self):
        for value in (0, 5):
            with self.assertRaises(AccessError):
                self.reward.with_user(self.manager).write({"redeemed": value})
        rewards = self.env["giftcard.reward"].with_user(self.manager)
        values = {"product_id": self.mug.id, "program_id": self.points_program.id, "points_price": 3}
        self.assertEqual(rewards.with_context(default_redeemed=5).create(values).redeemed, 0)

    def test_transfer_cannot_be_taken_from_its_redemption(self):
        picking = self.redemption.picking_ids
        with self.assertRaises(AccessError):
            picking.with_user(self.storeman).write({"giftcard_redemption_id": False})
        with self.assertRaises(AccessError):
            picking.with_user(self.storeman).copy({"giftcard_redemption_id": self.redemption.id})
        self.assertFalse(picking.with_user(self.storeman).copy().sudo().giftcard_redemption_id)

    def test_transfer_gets_no_redemption_by_defaults(self):
        defaults = {
            "giftcard_redemption_id": self.redemption.id,
            "giftcard_supply_id": self.redemption.id,
            "giftcard_exchange": True,
        }
        pickings = self.env["stock.picking"].with_user(self.storeman)
        for name, value in defaults.items():
            self.env["ir.default"].with_user(self.storeman).sudo().set("stock.picking", name, value, user_id=True)
        context = {f"default_{name}": value for name, value in defaults.items()}
        for values in ({}, context):
            picking = pickings.with_context(**values).create(
                {"picking_type_id": self.store.warehouse_id.out_type_id.id}
            )
            self.assertEqual([picking.sudo()[name] for name in defaults if picking.sudo()[name]], [])
