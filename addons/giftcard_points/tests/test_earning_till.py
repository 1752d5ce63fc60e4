from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.giftcard_points.exceptions import InsufficientBalance
from odoo.addons.giftcard_points.models.ledger.act import Act

from .common_earning import EarningCase

QUIET = "odoo.addons.giftcard_points.models.earning.pos_order"


@tagged("post_install", "-at_install")
class TestEarningTill(EarningCase):
    def test_points_are_booked_when_the_order_is_stored(self):
        data = self.data((self.shirt, 1))
        order, stored = self.store_order(data)
        self.assertCard(10)
        self.assertEqual(stored[0]["giftcard_earned"], {str(self.program.id): 10.0})
        operation = self.card.sudo().entry_ids.operation_id
        self.assertEqual((operation.kind, operation.store_id), ("earn", self.store))
        self.store_order(data)
        self.confirm(order, 10)
        self.confirm(order, 10)
        self.assertCard(10)
        self.assertEqual(self.card.history_ids.mapped("issued"), [10])

    @mute_logger(QUIET)
    def test_what_the_till_states_is_not_believed(self):
        order = self.sell((self.shirt, 1))
        with self.assertLogs(QUIET, "WARNING"):
            answer = self.confirm(order, 100000)
        self.assertEqual(answer["coupon_updates"][0]["points"], 10)
        self.assertEqual(answer["giftcard_earned"], {str(self.program.id): 10.0})
        self.assertCard(10)

    def test_new_card_of_the_till_is_the_members(self):
        order = self.sell((self.shirt, 1))
        order.confirm_coupon_programs(
            {"-7": {"points": 10, "program_id": self.program.id, "coupon_id": -7, "partner_id": self.member.id}}
        )
        self.assertEqual(len(self.card), 1)
        self.assertCard(10)

    def test_rules_by_category_tag_unit_order_and_minimum(self):
        tag = self.env["product.tag"].create({"name": "Loud", "product_template_ids": self.radio.product_tmpl_id.ids})
        self.program.rule_ids = [
            Command.clear(),
            Command.create(
                {"reward_point_amount": 0.1, "reward_point_mode": "money", "product_category_id": self.categ_basic.id}
            ),
            Command.create({"reward_point_amount": 0.2, "reward_point_mode": "money", "product_tag_id": tag.id}),
            Command.create({"reward_point_amount": 7, "reward_point_mode": "unit", "product_ids": self.shirt.ids}),
            Command.create({"reward_point_amount": 1000, "reward_point_mode": "order", "minimum_amount": 400}),
            Command.create({"reward_point_amount": 500, "reward_point_mode": "order", "minimum_qty": 4}),
        ]
        self.sell((self.shirt, 2), (self.radio, 1))
        self.assertCard(0.1 * 200 + 0.2 * 100 + 7 * 2)
        self.sell((self.shirt, 3), (self.radio, 1))
        self.assertCard(54 + 30 + 20 + 21 + 1000 + 500)

    def test_minimum_amount_with_and_without_tax(self):
        taxed = self.create_product("Taxed", self.categ_basic, 100, tax_ids=self.taxes["tax10"].ids)
        # 100 with the tax, 90.91 without
        self.rule.write({"minimum_amount": 95, "minimum_amount_tax_mode": "incl"})
        self.sell((taxed, 1))
        self.assertCard(10)
        self.rule.minimum_amount_tax_mode = "excl"
        self.sell((taxed, 1))
        self.assertCard(10)

    def test_what_gift_cards_pay_earns_as_in_the_client(self):
        gift = self.env["loyalty.program"].browse(
            self.env["loyalty.program"].create_from_template("gift_card")["res_id"]
        )
        gift.pos_report_print_id = self.env.ref("loyalty.report_gift_card")
        gift.currency_id = self.config.currency_id
        money = self.env["loyalty.card"].create({"program_id": gift.id, "points": 60})
        data = self.data((self.shirt, 1), rewards=[(gift.reward_ids, 60, 60)])
        data["lines"][-1][2]["coupon_id"] = money.id
        self.store_order(data)
        self.assertCard(10)

    def test_rewards_for_points_cost_what_the_lines_say(self):
        first = self.sell((self.shirt, 2))
        self.confirm(first, 20)
        order = self.sell((self.shirt, 1), rewards=[(self.program.reward_ids, 5, 10)])
        # The discount line is no product of this rule's order: its own programme's rewards are left out.
        self.assertCard(20 + 10 - 10)
        self.confirm(order, 10 - 10, line_codes=["1"])
        self.assertCard(20)
        self.confirm(order, 10 - 10, line_codes=["1"])
        self.assertCard(20)

    def test_multipliers_of_tier_birthday_and_period(self):
        self.tier.write({"earn_multiplier": 1.5, "birthday_multiplier": 2})
        self.sell((self.shirt, 1))
        self.assertCard(15)
        self.program.birthday_scope = "month"
        today = fields.Date.context_today(self.member)
        self.member.write({"birth_month": str(today.month), "birth_day": 1 if today.day > 1 else 2})
        self.sell((self.shirt, 1))
        self.assertCard(15 + 30)
        self.program.birthday_scope = "day"
        self.sell((self.shirt, 1))
        self.assertCard(45 + 15)
        self.env["giftcard.earning.period"].create(
            {
                "name": "Double",
                "program_id": self.program.id,
                "multiplier": 2,
                "date_from": fields.Datetime.now() - timedelta(hours=1),
                "date_to": fields.Datetime.now() + timedelta(hours=1),
                "store_ids": self.store.ids,
            }
        )
        self.sell((self.shirt, 1))
        self.assertCard(60 + 30)
        terms = self.config.giftcard_earning_terms(self.member.id)
        self.assertEqual(float(terms[self.program.id]["multiplier"]), 3.0)
        self.config.giftcard_store_id = self.elsewhere
        self.sell((self.shirt, 1))
        self.assertCard(90 + 15)

    def test_rules_of_other_stores_earn_nothing(self):
        self.rule.store_ids = self.elsewhere
        self.sell((self.shirt, 1))
        self.assertFalse(self.card)
        loaded = self.env["loyalty.rule"]._load_pos_data_search_read({}, self.config)
        self.assertNotIn(self.rule.id, [rule["id"] for rule in loaded])

    def test_caps_per_day_and_member(self):
        self.program.write({"daily_cap": 15, "member_cap": 22})
        self.sell((self.shirt, 1))
        self.assertEqual(self.config.giftcard_earning_terms(self.member.id)[self.program.id]["room"], 5)
        self.sell((self.shirt, 1))
        self.assertCard(15)
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self.sell((self.shirt, 1))
            self.assertCard(22)
            self.assertEqual(self.config.giftcard_earning_terms(self.member.id)[self.program.id]["room"], 0)

    def test_a_replaced_card_goes_on_earning_within_the_same_caps(self):
        self.program.member_cap = 15
        self.sell((self.shirt, 1))
        old = self.card
        old._replace(Act("replace"))
        self.sell((self.shirt, 1))
        self.assertNotEqual(self.card, old)
        self.assertCard(15)

    def test_half_points_are_rounded_up_as_by_the_till(self):
        self.rule.reward_point_amount = 0.0333
        self.tier.earn_multiplier = 1.5
        self.sell((self.shirt, 1))
        # 3.33 by the rule, 4.995 by the tier
        self.assertCard(5)

    def test_refund_takes_back_its_share(self):
        self.program.rule_ids = [
            Command.clear(),
            Command.create({"reward_point_amount": 0.1, "reward_point_mode": "money", "product_ids": self.shirt.ids}),
            Command.create({"reward_point_amount": 0.2, "reward_point_mode": "money", "product_ids": self.radio.ids}),
        ]
        order = self.sell((self.shirt, 3), (self.radio, 1))
        self.assertCard(50)
        refund = self.refund(order, (self.radio, 1))
        self.assertCard(30)
        self.assertEqual(refund.giftcard_earned, {str(self.program.id): -20.0})
        self.confirm(refund, -500)
        self.assertCard(30)
        self.refund(order, (self.shirt, 1))
        self.assertCard(20)
        self.refund(order, (self.shirt, 2))
        self.assertCard(0)

    def test_refunds_never_take_more_than_was_earned(self):
        self.program.daily_cap = 10
        order = self.sell((self.shirt, 3))
        self.assertCard(10)
        for left in (6.67, 3.33, 0):
            self.refund(order, (self.shirt, 1))
            self.assertCard(left)

    def test_refund_of_spent_points_is_debt_where_the_programme_says_so(self):
        order = self.sell((self.shirt, 1))
        self.env["giftcard.ledger"]._spend(Act("spend"), self.card, 8)
        with self.assertRaises(InsufficientBalance), self.env.cr.savepoint():
            self.refund(order, (self.shirt, 1))
        self.assertCard(2)
        self.program.debt_allowed = True
        self.refund(order, (self.shirt, 1))
        self.assertCard(-8, debt=8)
        self.sell((self.shirt, 1))
        self.assertCard(2)

    def test_refunded_reward_gives_its_points_back(self):
        self.sell((self.shirt, 2))
        order = self.sell((self.shirt, 1), rewards=[(self.program.reward_ids, 5, 10)])
        self.assertCard(20)
        refund = self.Order.browse(order.refund()["res_id"])
        payment = self.env["pos.make.payment"].with_context(active_ids=refund.ids, active_id=refund.id)
        payment.create({"payment_method_id": self.cash_pm1.id, "amount": refund.amount_total}).check()
        self.assertCard(20 - 10 + 10)
        self.assertEqual(
            sorted(self.card.sudo().entry_ids.mapped("kind")), ["earn", "earn", "refund", "reverse", "spend"]
        )

    def test_refund_in_the_back_office_takes_back_too(self):
        order = self.sell((self.shirt, 1))
        refund = self.Order.browse(order.refund()["res_id"])
        payment = self.env["pos.make.payment"].with_context(active_ids=refund.ids, active_id=refund.id)
        payment.create({"payment_method_id": self.cash_pm1.id, "amount": refund.amount_total}).check()
        self.assertEqual(refund.state, "paid")
        self.assertCard(0)

    def test_refund_after_a_merge_takes_from_the_card_that_has_it(self):
        order = self.sell((self.shirt, 1))
        old, target = (
            self.card,
            self.env["loyalty.card"].create({"program_id": self.program.id, "partner_id": self.member.id}),
        )
        old._merge(target, "Two cards")
        self.refund(order, (self.shirt, 1))
        self.assertCard(0)

    @mute_logger(QUIET)
    def test_wallets_are_not_loaded_with_more_than_was_sold(self):
        wallet = self.env["loyalty.program"].browse(
            self.env["loyalty.program"].create_from_template("ewallet")["res_id"]
        )
        wallet.currency_id = self.config.currency_id
        card = self.member._member_card(wallet)
        top_up = wallet.trigger_product_ids[:1]
        top_up.write({"lst_price": 50, "taxes_id": [Command.clear()], "available_in_pos": True})
        order = self.sell((top_up, 1))
        order.confirm_coupon_programs({str(card.id): {"points": 5000, "program_id": wallet.id, "coupon_id": card.id}})
        self.assertLessEqual(card.balance, 50.01)
        other = self.sell((self.shirt, 1))
        other.confirm_coupon_programs({str(card.id): {"points": 5000, "program_id": wallet.id, "coupon_id": card.id}})
        self.assertLessEqual(card.balance, 50.02)

    def test_orders_that_no_till_stored_are_a_managers(self):
        cashier = new_test_user(self.env, "draft-cashier", "point_of_sale.group_pos_user")
        draft = self.env["pos.order"].create(
            {
                "session_id": self.config.current_session_id.id,
                "partner_id": self.member.id,
                "amount_tax": 0,
                "amount_total": 0,
                "amount_paid": 0,
                "amount_return": 0,
            }
        )
        change = {"points": 5000, "program_id": self.program.id, "partner_id": self.member.id}
        with self.assertRaises(AccessError):
            draft.with_user(cashier).confirm_coupon_programs({"-1": change})

    def test_frozen_card_earns_nothing_and_stops_no_sale(self):
        self.sell((self.shirt, 1))
        card = self.card
        card.action_freeze("Lost")
        self.sell((self.shirt, 1))
        self.assertEqual(card.balance, 10)
