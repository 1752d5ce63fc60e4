from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..exceptions import IllegalTransition
from .common_order import OrderCase


@tagged("post_install", "-at_install")
class TestOrderReview(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls._make_user("reviewer_colleague", "giftcard_pickup.group_reviewer")
        cls.manager = cls._make_user("manager_order", "giftcard_pickup.group_manager")

    def test_claimed_by_one(self):
        redemption = self.order()
        redemption.with_user(self.reviewer).action_claim()
        self.assertEqual((redemption.state, redemption.reviewer_id), ("in_review", self.reviewer))
        with self.assertRaises(UserError):
            redemption.with_user(self.colleague).action_claim()
        with self.assertRaises(IllegalTransition):
            redemption.with_user(self.colleague)._claim()
        for action in ("action_approve", "action_unclaim"):
            with self.assertRaisesRegex(UserError, "reviewer_order"):
                getattr(redemption.with_user(self.colleague), action)()
        redemption.with_user(self.reviewer).action_unclaim()
        self.assertEqual((redemption.state, redemption.reviewer_id.id), ("to_review", False))
        redemption.with_user(self.colleague).action_claim()
        redemption.with_user(self.colleague).action_approve()
        self.assertEqual(redemption.state, "ready")
        self.assertEqual(
            redemption.transition_ids.mapped("to_state"),
            ["to_review", "in_review", "to_review", "in_review", "approved", "ready"],
        )

    def test_manager_decides_what_others_have_claimed(self):
        redemption = self.order()
        redemption.with_user(self.reviewer).action_claim()
        redemption.with_user(self.manager).action_approve()
        self.assertEqual(redemption.state, "ready")

    def test_batch_leaves_out_what_others_have_claimed(self):
        first, second = self.order(key="1"), self.order(key="2")
        first.with_user(self.colleague).action_claim()
        (first | second).with_user(self.reviewer).action_approve()
        self.assertEqual((first.state, second.state), ("in_review", "ready"))

    def test_rejection_in_batch(self):
        redemptions = self.order(key="1") | self.order(key="2")
        action = redemptions.with_user(self.reviewer).action_reject()
        wizard = self.env[action["res_model"]].with_user(self.reviewer).with_context(**action["context"])
        wizard.create({"reason": "No"}).action_confirm()
        self.assertEqual(set(redemptions.mapped("state")), {"rejected"})
        self.assertCard(self.card, 100)
        self.assertEqual(self.stock(), (3, 0))

    def test_only_reviewers_claim(self):
        redemption = self.order()
        for action in ("action_claim", "action_unclaim", "action_approve"):
            with self.assertRaises(AccessError):
                getattr(redemption.with_user(self.clerk), action)()

    # Rules

    def test_without_a_rule_all_are_reviewed(self):
        self.assertEqual(self.order().state, "to_review")
        self.assertEqual(self.send(key="2").state, "to_review")

    def test_pickups_by_rule(self):
        self.company.giftcard_approve_pickup = True
        redemption = self.order()
        self.assertEqual(redemption.state, "ready")
        self.assertCard(self.card, 90)
        self.assertEqual(redemption.transition_ids.mapped("to_state"), ["to_review", "approved", "ready"])
        self.assertTrue(redemption.pickup_code_ids)
        self.assertEqual(self.send(key="2").state, "to_review")

    def test_below_a_value_by_rule(self):
        self.company.write({"giftcard_approve_points": 10, "giftcard_approve_cash": 0})
        self.assertEqual(self.order(2, key="1").state, "to_review")
        self.assertEqual(self.order(key="2").state, "ready")
        self.assertEqual(self.reward.redeemed, 3)

    def test_odd_address_waits_for_a_reviewer(self):
        self.company.giftcard_approve_points = 100
        self.assertEqual(self.send(key="1").state, "approved")
        self.home.street2 = False
        self.assertEqual(self.send(key="2").state, "to_review")

    def test_virtual_by_rule_is_done(self):
        self.patch(type(self.service), "_is_virtual", lambda reward: reward.product_id.type == "service")
        self.company.giftcard_approve_virtual = True
        redemption = self.order(reward=self.service, store=None)
        self.assertEqual((redemption.fulfilment, redemption.state), ("virtual", "done"))
        self.assertCard(self.card, 95)

    def test_rule_that_meets_a_refusal_leaves_it_to_people(self):
        self.company.giftcard_approve_pickup = True

        def refuse(redemption):
            raise IllegalTransition("refused")

        self.patch(type(self.redemptions), "_make_ready", refuse)
        with self.assertLogs("odoo.addons.giftcard_pickup.models.giftcard_redemption_review", "ERROR"):
            redemption = self.order()
        self.assertEqual(redemption.state, "to_review")
        self.assertCard(self.card, 100, held=10)

    # The address

    def issues(self, **changes):
        self.home.write(changes)
        return self.order_to_home()._address_issues()

    def order_to_home(self):
        return self.redemptions.new({"member_id": self.alice.id, "address_id": self.home.id})

    def test_good_address(self):
        self.assertEqual(self.issues(), [])
        self.assertEqual(self.issues(street2="黄浦区南京东路1号"), [])
        self.assertEqual(self.issues(phone="+86 138-0013-8000"), [])

    def test_missing_district(self):
        [issue] = self.issues(street2=False)
        self.assertIn("district", issue)
        self.assertIn("street or the city", self.issues(city=False)[0])

    def test_unknown_phone(self):
        for phone in ("12345", "23800138000x", "1380013800", "hello"):
            [issue] = self.issues(phone=phone)
            self.assertIn("no phone number", issue, phone)
        [issue] = self.issues(phone=False)
        self.assertIn("no phone", issue)

    def test_duplicates_across_members(self):
        self.grant(self.other, 30)
        shared = self.env["res.partner"].create(
            {"parent_id": self.bob.id, "type": "delivery", "name": "B", "phone": "13800138000", "city": "Beijing"}
        )
        self.send(key="1")
        self.assertEqual(self.issues(), [])
        self.order(member=self.bob, key="2", fulfilment="delivery", address=shared)
        [issue] = self.issues()
        self.assertIn("B**", issue)
        self.assertEqual(self.issues(phone="13900139000"), [])
        shared.write({"street": self.home.street, "city": self.home.city})
        self.assertIn("B**", self.issues()[0])

    def test_history_of_the_member(self):
        self.order(key="1")._reject("no")
        redemption = self.order(2, key="2")
        self.assertEqual(
            (
                redemption.member_redemptions,
                redemption.member_undone,
                redemption.member_points,
                redemption.member_recent,
            ),
            (2, 1, 20, 2),
        )
        action = redemption.with_user(self.reviewer).action_open_member_redemptions()
        self.assertEqual(len(self.redemptions.search(action["domain"])), 2)
