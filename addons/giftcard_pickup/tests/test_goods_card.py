from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.giftcard_points.exceptions import (
    CardNotUsable,
    CodeNotAccepted,
    IdempotencyConflict,
    InsufficientBalance,
    LedgerError,
    TooManyAttempts,
)
from odoo.addons.giftcard_points.models.ledger.act import Act

from ..exceptions import ClaimExceeded, InvalidQuantity, OutOfStock, RewardNotAvailable, StoreNotAvailable
from .common_goods import GoodsCase


@tagged("post_install", "-at_install")
class TestGoodsCard(GoodsCase):
    # Issue

    def test_a_batch_issues_cards_worth_their_pieces(self):
        self.assertEqual((self.batch.value, self.paper.balance), (3, 3))
        self.assertEqual(self.shown(), ("activated", 0, 0, 3))
        self.assertEqual(self.shown(self.cards[2])[0], "generated")
        self.assertTrue(self.paper.secret_digest and self.secrets[0] not in self.paper.secret_digest)
        self.assertEqual(self.kind.goods_promise, "Choose 3 of 5")

    def test_the_export_says_goods_not_money(self):
        rows = [("1", "2", "3", "")]
        self.assertIn("Choose 3 of 5", self.batch._csv(rows).decode())
        self.assertEqual(self.batch._price(), "Choose 3 of 5")
        self.batch._export(self.password, "xlsx", (1, 3))
        self.assertTrue(self.batch.archive)

    def test_a_batch_says_what_the_kind_says(self):
        with self.assertRaises(ValidationError):
            self.env["giftcard.batch"].create(
                {"name": "Wrong", "program_id": self.kind.id, "quantity": 1, "value": 5, "prefix": "GC27"}
            )

    def test_a_kind_offers_what_it_promises(self):
        with self.assertRaises(ValidationError):
            self.kind.copy({"goods_pieces": 6})
        for change in ({"goods_pieces": 2}, {"goods_item_ids": [(2, self.bowls.id)]}):
            with self.assertRaises(UserError):
                self.kind.write(change)
        with self.assertRaises(UserError):
            self.teas.quantity = 1
        self.teas.quantity = 3
        self.kind.goods_item_ids = [(0, 0, {"product_id": self.service.product_id.id})]

    def test_a_fixed_set(self):
        fixed = self.kind.copy({"goods_pieces": 5})
        self.assertEqual(fixed.goods_promise, "5 pieces")

    # Claim

    def test_claimed_by_number_and_secret(self):
        card = self.claim(number=self.paper.code)
        self.assertEqual((card, card.partner_id), (self.paper, self.alice))
        self.assertEqual(self.claim(), self.paper)
        with self.assertRaises(CodeNotAccepted):
            self.claim(member=self.bob)

    def test_wrong_secrets_are_refused_alike_and_lock_the_card(self):
        for secret, number in (
            ("0000-0000-0000-0000-0", None),
            (self.secrets[2], None),
            (self.secrets[0], self.cards[1].code),
            (self.gift.code, None),
            ("x", self.cards[1].code),
        ):
            refusal = self.refusal(secret, number)
            self.assertEqual(refusal, (CodeNotAccepted, "This code is not accepted."), secret)
        # Five wrong secrets lock a card, ten make the member wait.
        for __ in range(3):
            self.refusal("x", self.cards[1].code)
        self.assertEqual(self.refusal(self.secrets[1], self.cards[1].code)[0], CodeNotAccepted)
        self.assertEqual(self.claim(), self.paper)
        for __ in range(3):
            self.refusal("x")
        self.assertEqual(self.refusal()[0], TooManyAttempts)

    def refusal(self, secret=None, number=None):
        """:return: (class, text) of the refusal; no savepoint undoes the attempt, as ``assertRaises`` would"""
        try:
            self.claim(secret, number=number)
        except LedgerError as refusal:
            return type(refusal), str(refusal)
        raise AssertionError("The claim was not refused")

    def test_the_secret_buys_nothing(self):
        with self.enter_registry_test_mode(), self.assertRaises(CodeNotAccepted):
            self.env["giftcard.code"]._redeem_secret(self.secrets[0], Act("spend"))
        self.assertFalse(self.batch._sellable(self.cards[2]))

    # Exchange

    def test_exchange_is_an_order(self):
        self.claim()
        redemption = self.exchange((self.mugs, 2), (self.bowls, 1), approve=False)
        if redemption.state == "to_review":
            self.assertEqual(self.shown(), ("activated", 0, 3, 0))
            redemption._approve()
        self.assertEqual((redemption.state, redemption.points), ("ready", 3))
        self.assertEqual(self.shown(), ("used", 3, 0, 0))
        self.assertEqual(self.stock(), (3, 2))
        self.assertEqual(redemption.line_ids.mapped("display_name"), ["Mug × 2", "Bowl × 1"])
        self.assertCard(self.card, 100)
        code = redemption.pickup_code_ids
        lines = self.verify(code.digits)["lines"]
        self.assertEqual([line["name"] for line in lines], ["Mug", "Bowl"])
        self.hand_over(code.digits)
        self.assertEqual((redemption.state, self.stock()), ("done", (1, 0)))

    def test_by_delivery(self):
        self.claim()
        self.alice.write({"street": "1 Road", "city": "Town", "phone": "13800000000"})
        warehouse = self.env.company._giftcard_delivery_warehouse()
        self.put(self.tea, 5, warehouse)
        product = self.env["product.product"].create({"name": "Post", "type": "service", "list_price": 0})
        post = self.env["delivery.carrier"].create({"name": "Post", "product_id": product.id, "sequence": -1})
        redemption = self.exchange((self.teas, 1), fulfilment="delivery", address=self.alice, approve=False)
        self.assertEqual((redemption.fulfilment, redemption.address_id), ("delivery", self.alice))
        self.assertEqual((redemption.carrier_id, redemption.shipping_amount), (post, 0))
        redemption._approve()
        redemption._make_transfers()
        self.assertEqual(redemption.picking_ids.partner_id, self.alice)

    def test_a_part_and_the_rest_later(self):
        self.claim()
        self.exchange((self.mugs, 1))
        self.assertEqual(self.shown(), ("part_used", 1, 0, 2))
        with self.assertRaises(ClaimExceeded) as refused:
            self.exchange((self.mugs, 2), key="y")
        self.assertEqual((refused.exception.code, refused.exception.available), ("claim_exceeded", 1))
        with self.assertRaises(InsufficientBalance):
            self.exchange((self.mugs, 1), (self.teas, 2), key="y")
        self.exchange((self.mugs, 1), (self.teas, 1), key="y")
        self.assertEqual(self.shown(), ("used", 3, 0, 0))

    def test_cancelled_the_pieces_come_back(self):
        self.claim()
        redemption = self.exchange((self.mugs, 2), (self.teas, 1))
        redemption._cancel("Wrong")
        self.assertEqual(self.shown(), ("activated", 0, 0, 3))
        self.assertEqual(self.stock(), (3, 0))
        self.exchange((self.mugs, 2), key="y")
        self.assertEqual(self.shown(), ("part_used", 2, 0, 1))

    def test_pieces_are_not_points_to_the_rules(self):
        self.claim()
        self.env.company.giftcard_approve_points = 100
        self.assertEqual(self.exchange((self.mugs, 1), approve=False).state, "to_review")
        self.env.company.giftcard_approve_pickup = True
        self.assertEqual(self.exchange((self.mugs, 1), key="y", approve=False).state, "ready")

    def test_repeat_is_one(self):
        self.claim()
        redemption = self.exchange((self.mugs, 1))
        self.assertEqual(self.exchange((self.mugs, 1)), redemption)
        with self.assertRaises(IdempotencyConflict):
            self.exchange((self.mugs, 2))
        self.assertEqual(self.shown()[1], 1)

    def test_refused(self):
        with self.assertRaises(CardNotUsable):
            self.exchange((self.mugs, 1))
        self.claim()
        other = self.kind.copy()
        for error, picks, options in (
            (CardNotUsable, [(self.mugs, 1)], {"member": self.bob}),
            (CardNotUsable, [(self.mugs, 1)], {"card": self.cards[1]}),
            (RewardNotAvailable, [(other.goods_item_ids[0], 1)], {}),
            (RewardNotAvailable, [(self.mugs, 1)], {"fulfilment": "virtual"}),
            (InvalidQuantity, [(self.mugs, 0)], {}),
            (InvalidQuantity, [(self.mugs, -1)], {}),
            (InvalidQuantity, [], {}),
        ):
            with self.subTest(error=error), self.assertRaises(error):
                self.exchange(*picks, **options)
        self.assertEqual(self.shown(), ("activated", 0, 0, 3))

    def test_out_of_stock(self):
        self.claim()
        self.put(self.mug, 1)
        with self.assertRaises(OutOfStock):
            self.exchange((self.mugs, 2))
        self.assertEqual(self.shown(), ("activated", 0, 0, 3))

    def test_only_store(self):
        self.claim()
        west = self.store.copy({"name": "West", "code": "W"})
        self.cr.execute("UPDATE giftcard_batch SET store_id = %s WHERE id = %s", [west.id, self.batch.id])
        self.env.invalidate_all()
        with self.assertRaises(StoreNotAvailable):
            self.exchange((self.mugs, 1))
        self.exchange((self.mugs, 1), store=west)

    def test_another_company_s_goods(self):
        other = self.env["res.company"].create({"name": "Other"})
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", other.id)], limit=1)
        west = self.env["giftcard.store"].create(
            {"name": "West", "code": "W", "company_id": other.id, "warehouse_id": warehouse.id}
        )
        self.put(self.mug, 5, warehouse)
        self.claim()
        self.cr.execute("UPDATE loyalty_card SET company_id = %s WHERE id = %s", [self.company.id, self.paper.id])
        self.env.invalidate_all()
        with self.assertRaises(StoreNotAvailable):
            self.exchange((self.mugs, 1), store=west)
        # As its staff would, who work for both.
        self.reviewer.company_ids |= other
        exchange = self.env["giftcard.goods.exchange"].with_user(self.reviewer)
        exchange = exchange.with_context(allowed_company_ids=(self.company | other).ids)
        exchange = exchange.browse(exchange._start(exchange.card_id.browse(self.paper.id))["res_id"])
        exchange.write({"store_id": west.id})
        exchange.line_ids[0].quantity = 1
        with self.assertRaises(StoreNotAvailable):
            exchange.action_exchange()
        # A card that is all companies' is taken by each.
        self.kind.company_id = False
        self.cr.execute("UPDATE loyalty_card SET company_id = NULL WHERE id = %s", self.paper.ids)
        self.env.invalidate_all()
        self.assertEqual(self.exchange((self.mugs, 1), store=west, approve=False).company_id, other)

    def test_what_is_given_up_can_be_had_again(self):
        self.claim()
        # The rule is about points that were given, not about goods that were paid.
        self.store.unclaimed_points_back = 50
        for number, (picks, give_up) in enumerate(
            (
                (((self.mugs, 2), (self.teas, 1)), lambda order: order._cancel("Changed his mind")),
                (((self.mugs, 1), (self.teas, 1)), lambda order: order._expire()),
            )
        ):
            order = self.exchange(*picks, key=f"order {number}")
            self.assertEqual(self.shown()[3], 0)
            mugs, teas = order.line_ids
            part = [{"line_id": (teas if number else mugs).id, "quantity": 1}]
            with self.enter_registry_test_mode():
                self.codes.with_user(self.clerk)._hand_over(order.pickup_code_id.digits, self.store, part)
            give_up(order)
            self.assertEqual((order.state, order.forfeited_points), ("done", 0))
            self.assertEqual(self.shown(), ("part_used", number + 1, 0, 2 - number))
            self.assertEqual(self.env["giftcard.ledger"]._check_invariants(), [])
        order = self.exchange((self.mugs, 1), key="last")
        self.assertEqual(self.shown(), ("used", 3, 0, 0))
        self.hand_over(order.pickup_code_id.digits)
        self.assertEqual(self.env["giftcard.ledger"]._check_invariants(), [])

    def test_nothing_of_it_was_picked_up(self):
        self.claim()
        self.store.unclaimed_points_back = 0
        order = self.exchange((self.mugs, 1))
        order._expire()
        self.assertEqual((order.state, self.shown()), ("expired", ("activated", 0, 0, 3)))

    def test_expired_by_the_company_s_day(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        self.cr.execute("UPDATE loyalty_card SET expiration_date = '2030-05-01' WHERE id = %s", self.paper.ids)
        self.env.invalidate_all()
        for moment, state in (("2030-05-01 15:59:00", "activated"), ("2030-05-01 16:01:00", "expired")):
            with freeze_time(moment):
                self.assertEqual(self.shown()[0], state)

    def test_blocked(self):
        self.claim()
        shown = self.env["giftcard.goods.card"].browse(self.paper.id)
        with self.assertRaises(AccessError):
            shown.with_user(self.reviewer).action_block()
        shown.with_user(self.manager).action_block()
        self.assertEqual(self.shown()[0], "blocked")
        with self.assertRaises(CardNotUsable):
            self.exchange((self.mugs, 1))
        shown.with_user(self.manager).action_unblock()
        self.exchange((self.mugs, 1))

    def test_expired(self):
        self.claim()
        self.cr.execute(
            "UPDATE loyalty_card SET expiration_date = %s WHERE id = %s",
            [fields.Date.today() - timedelta(days=2), self.paper.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self.shown()[0], "expired")
        with self.assertRaises(CardNotUsable):
            self.exchange((self.mugs, 1))

    # Roles and screens

    def test_by_the_staff(self):
        wizard = self.env["giftcard.goods.claim"].with_user(self.reviewer)
        wizard = wizard.browse(wizard.action_open()["res_id"])
        wizard.member_id = self.alice
        with self.enter_registry_test_mode():
            opened = wizard.with_context(secret=self.secrets[0]).action_claim()
        exchange = self.env["giftcard.goods.exchange"].with_user(self.reviewer).browse(opened["res_id"])
        with Form(exchange) as form:
            form.store_id = self.store
            with form.line_ids.edit(0) as line:
                line.quantity = 1
        order = exchange.action_exchange()
        self.assertEqual(exchange.action_exchange(), order)
        redemption = self.redemptions.browse(order["res_id"])
        self.assertEqual((redemption.goods_card_id, redemption.points), (self.paper, 1))
        shown = self.env["giftcard.goods.card"].with_user(self.reviewer).browse(self.paper.id)
        Form(shown)
        self.assertIn("Mug: 1 of 2", shown.goods_left)
        self.assertTrue(shown.action_exchange())

    def test_roles(self):
        auditor = self._make_user("goods_auditor", "giftcard_points.group_auditor")
        storeman = self._make_user("goods_storeman", "stock.group_stock_user")
        shown = self.env["giftcard.goods.card"].browse(self.paper.id)
        for user in (self.reviewer, self.manager, auditor):
            shown.with_user(user).read(["number", "state", "left"])
        for user in (self.clerk, storeman):
            for model in ("giftcard.goods.card", "giftcard.goods.item"):
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])
            with self.assertRaises(AccessError):
                self.env["giftcard.goods.claim"].with_user(user).action_open()
        for user in (self.reviewer, auditor):
            with self.assertRaises(AccessError):
                self.mugs.with_user(user).quantity = 9
        company = self.env["res.company"].create({"name": "Other"})
        self.kind.company_id = self.env.company
        self.cr.execute(
            "UPDATE loyalty_card SET company_id = %s WHERE program_id = %s", [self.env.company.id, self.kind.id]
        )
        foreign = self._make_user("goods_foreign", "giftcard_pickup.group_manager")
        foreign.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        self.assertFalse(self.env["giftcard.goods.card"].with_user(foreign).search([("id", "=", self.paper.id)]))
        self.assertFalse(self.env["giftcard.goods.item"].with_user(foreign).search([("program_id", "=", self.kind.id)]))
        # Money is not what they see.
        with self.assertRaises(AccessError):
            self.env["loyalty.card"].with_user(self.reviewer).search([])
        self.assertFalse(self.env["giftcard.goods.card"].search([("id", "=", self.gift.id)]))

    def test_native_reservation_waits_for_goods_of_cards(self):
        locked = []
        lock = type(self.env["stock.quant"])._giftcard_lock

        def note(quants, products, locations):
            locked.append(products)
            return lock(quants, products, locations)

        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "move_ids": [(0, 0, {"product_id": self.tea.id, "product_uom_qty": 1})],
            }
        )
        with patch.object(type(self.env["stock.quant"]), "_giftcard_lock", note):
            picking.action_confirm()
            picking.action_assign()
        self.assertIn(self.tea, locked)
