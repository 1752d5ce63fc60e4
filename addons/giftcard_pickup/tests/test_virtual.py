from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.giftcard_points.models.ledger.act import Act

from ..exceptions import IllegalTransition, NotReturnable, OutOfStock
from .common_virtual import VirtualCase


@tagged("post_install", "-at_install")
class TestVirtual(VirtualCase):
    def fail_once(self):
        """The next top-up is refused."""
        self.wallet_program.max_load = 1

    def test_top_up(self):
        redemption = self.redeem(self.topup, 2)
        card = self.alice._member_card(self.wallet_program)
        self.assertCard(card, 40)
        self.assertEqual(redemption.state, "done")
        self.assertEqual(redemption.fulfilment_ids.mapped("state"), ["done", "done"])
        operations = redemption.fulfilment_ids.operation_id
        self.assertEqual(operations.mapped("document_name"), [redemption.display_name] * 2)
        self.assertEqual(set(card.lot_ids.mapped("origin")), {"bonus"})
        self.assertFalse(redemption.picking_ids)

    def test_deliver_again_does_nothing(self):
        redemption = self.redeem(self.topup, 2)
        redemption.line_ids._deliver()
        redemption._retry_fulfilment()
        self.assertEqual(len(redemption.fulfilment_ids), 2)
        self.assertCard(self.alice._member_card(self.wallet_program), 40)

    def test_coupon(self):
        redemption = self.redeem(self.coupon)
        coupon = redemption.fulfilment_ids.card_id
        self.assertEqual((coupon.partner_id, coupon.program_id, coupon.points), (self.alice, self.coupons, 1))
        self.assertEqual(coupon.expiration_date, fields.Date.today() + timedelta(days=10))
        self.assertEqual(coupon.entry_ids.kind, "issue")

    def test_coupon_of_a_program_that_is_over(self):
        self.coupons.date_to = fields.Date.today() - timedelta(days=1)
        redemption = self.redeem(self.coupon)
        self.assertEqual((redemption.state, redemption.fulfilment_ids.state), ("approved", "failed"))

    def test_tier_time(self):
        self.assertEqual(self.alice.member_tier_id, self.plain)
        redemption = self.redeem(self.time, 2)
        today = fields.Date.context_today(self.env.user)
        grants = redemption.fulfilment_ids.tier_grant_id.sorted("first_on")
        self.assertEqual(self.alice.member_tier_id, self.gold)
        self.assertEqual(grants[0].last_on + timedelta(days=1), grants[1].first_on)
        self.assertEqual((grants[0].first_on, grants[1].last_on), (today, today + timedelta(days=59)))

    def test_code_is_seen_by_its_member(self):
        redemption = self.redeem(self.code, 2)
        fulfilments = redemption.fulfilment_ids
        codes = {fulfilment.code_id._reveal(member=self.alice) for fulfilment in fulfilments}
        self.assertEqual(codes, {"FILM-0000-0001", "FILM-0000-0002"})
        fulfilments.code_id[0]._reveal(member=self.alice)
        reveals = self.env["giftcard.code.reveal"].search([("code_id", "in", fulfilments.code_id.ids)])
        self.assertEqual(reveals.member_id, self.alice)
        self.assertEqual(len(reveals), 2)

    def test_codes_are_set_aside_at_submission(self):
        redemption = self.redemptions._submit(self.alice, None, [(self.code, 2)], "v")
        self.assertEqual((self.pool.free_count, self.pool.reserved_count, self.pool.given_count), (1, 2, 0))
        self.assertEqual(self.code._available(), {self.code.id: 1})
        with self.assertRaises(OutOfStock) as refused:
            self.redemptions._submit(self.alice, None, [(self.code, 2)], "w")
        self.assertEqual(refused.exception.available, 1)
        redemption._reject("No")
        self.pool.invalidate_recordset()
        self.assertEqual((self.pool.free_count, self.pool.reserved_count), (3, 0))

    def test_outdated_code_is_not_given(self):
        redemption = self.redemptions._submit(self.alice, None, [(self.code, 1)], "v")
        reserved = self.env["giftcard.pool.code"].search([("line_id", "=", redemption.line_ids.id)])
        reserved.valid_until = fields.Date.today() - timedelta(days=1)
        redemption._approve()
        self.assertNotEqual(redemption.fulfilment_ids.code_id, reserved)
        self.assertEqual((reserved.state, self.pool.free_count, self.pool.outdated_count), ("free", 1, 1))

    def test_failure_does_not_stop_the_approval_and_is_tried_again(self):
        self.fail_once()
        redemption = self.redeem(self.topup, 2)
        fulfilments = redemption.fulfilment_ids
        self.assertEqual(redemption.state, "approved")
        self.assertEqual(set(fulfilments.mapped("state")), {"failed"})
        self.assertTrue(fulfilments[0].error)
        self.assertGreater(fulfilments[0].next_try_at, fields.Datetime.now() - timedelta(seconds=5))
        self.assertCard(self.card, 90)
        self.wallet_program.max_load = 0
        fulfilments.next_try_at = fields.Datetime.now() - timedelta(minutes=1)
        with self.enter_registry_test_mode():
            self.env.ref("giftcard_pickup.ir_cron_retry_fulfilments").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(redemption.state, "done")
        self.assertEqual(fulfilments.mapped("tries"), [2, 2])
        self.assertFalse(fulfilments[0].error)
        self.assertCard(self.alice._member_card(self.wallet_program), 40)

    def test_pause_grows(self):
        self.fail_once()
        redemption = self.redeem(self.topup)
        for __ in range(4):
            redemption._retry_fulfilment()
        pause = redemption.fulfilment_ids.next_try_at - fields.Datetime.now()
        self.assertTrue(timedelta(minutes=15) < pause <= timedelta(minutes=16), pause)

    def test_undone_is_not_tried_again(self):
        self.fail_once()
        redemption = self.redeem(self.topup)
        redemption._cancel("Wrong")
        self.assertEqual(redemption.fulfilment_ids.state, "withdrawn")
        self.wallet_program.max_load = 0
        redemption._retry_fulfilment()
        self.assertCard(self.alice._member_card(self.wallet_program), 0)
        self.assertCard(self.card, 100)

    def test_a_conflict_of_transactions_is_no_failure(self):
        class Conflict(Exception):
            pass

        with (
            patch.object(type(self.fulfilments), "_hand_over_topup", side_effect=Conflict),
            self.assertRaises(Conflict),
            self.cr.savepoint(),
        ):
            self.redeem(self.topup)

    def test_with_goods(self):
        redemption = self.redemptions._submit(
            self.alice, self.store, [(self.reward, 1), (self.topup, 1), (self.code, 1)], "v"
        )
        if redemption.state == "to_review":
            redemption._approve()
        self.assertEqual(redemption.state, "ready")
        self.assertCard(self.alice._member_card(self.wallet_program), 20)
        redemption._cancel("Wrong")
        self.assertCard(self.alice._member_card(self.wallet_program), 0)
        self.assertEqual(self.pool._free(), {self.pool.id: 3})

    def test_what_is_owed_beside_goods_that_came_back(self):
        redemption = self.redemptions._submit(self.alice, self.store, [(self.reward, 1), (self.topup, 1)], "v")
        self.fail_once()
        redemption._approve()
        self.hand_over(redemption.pickup_code_id.digits)
        wizard = Form(
            self.env["stock.return.picking"].with_context(
                active_id=redemption.picking_ids.id, active_ids=redemption.picking_ids.ids, active_model="stock.picking"
            )
        ).save()
        wizard.product_return_moves.quantity = 1
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.write({"quantity": 1, "picked": True})
        back.button_validate()
        self.assertEqual((redemption.state, redemption.fulfilment_ids.state), ("returned", "failed"))
        self.assertEqual(self.env["giftcard.ledger"]._check_invariants(), [])
        self.wallet_program.max_load = 0
        redemption._retry_fulfilment()
        self.assertEqual((redemption.state, redemption.fulfilment_ids.state), ("returned", "done"))
        self.assertCard(self.alice._member_card(self.wallet_program), 20)

    # Taking back

    def test_unused_is_taken_back(self):
        for reward in (self.coupon, self.code, self.time, self.book, self.topup):
            with self.subTest(kind=reward.kind):
                redemption = self.redeem(reward, key=reward.kind)
                fulfilment = redemption.fulfilment_ids
                card = fulfilment.card_id
                redemption._cancel("Wrong")
                self.assertEqual(fulfilment.state, "withdrawn")
                self.assertFalse(card and card.state != "closed")
        self.assertCard(self.alice._member_card(self.wallet_program), 0)
        self.assertEqual(self.alice.member_tier_id, self.plain)
        self.assertEqual(self.pool._free(), {self.pool.id: 3})

    def test_only_the_staff_takes_back_what_is_done(self):
        redemption = self.redeem(self.time)
        with self.assertRaises(IllegalTransition):
            redemption._cancel("Had it", member=self.alice)
        self.assertEqual(self.alice.member_tier_id, self.gold)
        redemption.with_user(self.reviewer)._cancel("Sold by mistake")
        step = redemption.transition_ids[-1]
        self.assertEqual((step.from_state, step.to_state, step.user_id), ("done", "cancelled", self.reviewer))
        self.assertCard(self.card, 100)
        self.assertEqual(self.time.redeemed, 0)

    def assertNotReturnable(self, redemption):
        with self.assertRaises(NotReturnable) as refused:
            redemption._cancel("Wrong")
        self.assertEqual(refused.exception.code, "not_returnable")
        self.assertEqual(redemption.fulfilment_ids.state, "done")
        self.assertEqual(redemption.state, "done")

    def test_seen_code(self):
        redemption = self.redeem(self.code)
        redemption.fulfilment_ids.code_id._reveal(member=self.alice)
        self.assertNotReturnable(redemption)

    def test_downloaded_file(self):
        redemption = self.redeem(self.book)
        self.fulfilments._download(*self.link(redemption.fulfilment_ids))
        self.assertNotReturnable(redemption)

    def link(self, fulfilment):
        fulfilment_id, until, mac = fulfilment._download_link().split("/")[-3:]
        return int(fulfilment_id), int(until), mac

    def test_used_coupon(self):
        redemption = self.redeem(self.coupon)
        self.ledger._spend(Act("spend"), redemption.fulfilment_ids.card_id, 1)
        self.assertNotReturnable(redemption)

    def test_spent_stored_value(self):
        redemption = self.redeem(self.topup)
        self.ledger._spend(Act("spend"), self.alice._member_card(self.wallet_program), 1)
        self.assertNotReturnable(redemption)

    def test_tier_time_that_is_over(self):
        redemption = self.redeem(self.time)
        day = fields.Date.context_today(self.env.user) - timedelta(days=1)
        redemption.fulfilment_ids.tier_grant_id.write({"first_on": day, "last_on": day})
        self.assertNotReturnable(redemption)

    # What a reward may be

    def test_a_kind_has_what_it_needs(self):
        for kind in ("coupon", "code", "tier", "file", "topup"):
            with self.subTest(kind=kind), self.assertRaises(ValidationError):
                self.virtual(kind, top_up_amount=1)
        with self.assertRaises(ValidationError):
            self.topup.product_id = self.mug

    def test_what_was_promised_is_fixed(self):
        self.topup.top_up_amount = 30
        self.redeem(self.topup)
        with self.assertRaises(UserError):
            self.topup.top_up_amount = 25
        self.topup.write({"top_up_amount": 30, "name": "Thirty"})

    # Roles

    def test_retry_is_for_reviewers(self):
        self.fail_once()
        redemption = self.redeem(self.topup)
        with self.assertRaises(AccessError):
            redemption.fulfilment_ids.with_user(self.clerk).action_retry()
        self.wallet_program.max_load = 0
        redemption.fulfilment_ids.with_user(self.reviewer).action_retry()
        self.assertEqual(redemption.state, "done")
        with self.assertRaises(UserError):
            redemption.fulfilment_ids.with_user(self.reviewer).action_retry()

    def test_the_staff_sees_a_code_by_a_recorded_reveal(self):
        fulfilment = self.redeem(self.code).fulfilment_ids
        with self.assertRaises(AccessError):
            fulfilment.with_user(self.reviewer).action_reveal()
        opened = fulfilment.with_user(self.manager).action_reveal()
        wizard = self.env["giftcard.code.show"].with_user(self.manager).browse(opened["res_id"])
        with self.assertRaises(UserError):
            wizard.action_show()
        wizard.reason = "Phone lost"
        for __ in range(2):
            shown = wizard.action_show()["context"]["default_code"]
        self.assertEqual(shown, "FILM-0000-0001")
        reveals = self.env["giftcard.code.reveal"].search([("code_id", "=", fulfilment.code_id.id)])
        self.assertEqual(reveals.mapped("reason"), ["Phone lost"] * 2)
        self.assertEqual(reveals.user_id, self.manager)
        self.assertTrue(fulfilment.code_seen)
