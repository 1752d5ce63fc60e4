from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..exceptions import CarrierNotAvailable, IllegalTransition
from .common_delivery import DeliveryCase


@tagged("post_install", "-at_install")
class TestDelivery(DeliveryCase):
    # Rates

    def test_rate_is_part_of_the_cash(self):
        redemption = self.send(price=self.price)
        self.assertEqual((redemption.carrier_id, redemption.shipping_amount), (self.express, 12))
        self.assertEqual((redemption.cash_amount, redemption.cash_total), (6, 18))
        self.assertEqual(redemption.state, "awaiting_payment")

    def test_member_chooses(self):
        slow = self.carrier("Slow", 5, sequence=1)
        options = self.redemptions._shipping_options(self.alice, [(self.reward, 1)], self.home)
        self.assertEqual(options, [(slow, 5), (self.express, 12)])
        self.assertEqual(self.send(carrier_id=self.express.id).shipping_amount, 12)
        self.assertEqual(self.send(key="b").carrier_id, slow)
        quote = self.redemptions._quote(
            self.alice, None, [(self.reward, 1)], "delivery", self.home, carrier_id=self.express.id
        )
        self.assertEqual((quote["shipping"], quote["problem"]), (12, None))

    def test_carrier_that_does_not_go_there(self):
        self.express.country_ids = self.env.ref("base.fr")
        with self.assertRaises(CarrierNotAvailable):
            self.send(carrier_id=self.express.id)
        other = self.carrier("Heavy", 5, max_weight=1)
        self.assertEqual(self.send(quantity=2, key="b").carrier_id, other)
        self.assertFalse(self.send(quantity=3, key="c").carrier_id)
        foreign = self.carrier("Foreign", 1)
        foreign.company_id = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(CarrierNotAvailable):
            self.send(key="d", carrier_id=foreign.id)

    def test_the_chosen_carrier_alone_is_asked_before_anything_is_locked(self):
        self.carrier("Slow", 5, sequence=1)
        asked, rate = [], type(self.express)._giftcard_rate

        def note(carrier, redemption, order):
            asked.append((carrier, redemption.hold_id.id, redemption.line_ids.reward_id.redeemed))
            return rate(carrier, redemption, order)

        with patch.object(type(self.express), "_giftcard_rate", note):
            self.send(carrier_id=self.express.id)
        self.assertEqual(asked, [(self.express, False, 0)])

    def test_quote_tells_that_the_carrier_does_not_go_there(self):
        self.express.country_ids = self.env.ref("base.fr")
        quote = self.redemptions._quote(
            self.alice, None, [(self.reward, 1)], "delivery", self.home, carrier_id=self.express.id
        )
        self.assertIsInstance(quote["problem"], CarrierNotAvailable)

    def test_rules_of_the_carrier(self):
        rule = {"variable": "quantity", "operator": "<=", "max_value": 2, "list_base_price": 3, "list_price": 0}
        by_rule = self.carrier("Rules", delivery_type="base_on_rule", price_rule_ids=[(0, 0, rule)])
        self.assertEqual(self.send(carrier_id=by_rule.id).shipping_amount, 3)
        with self.assertRaises(CarrierNotAvailable):
            self.send(quantity=3, key="b", carrier_id=by_rule.id)

    def test_free_from_an_amount_of_cash(self):
        self.express.write({"free_over": True, "amount": 12})
        self.assertEqual(self.send(price=self.price).shipping_amount, 12)
        self.assertEqual(self.send(quantity=2, price=self.price, key="b").shipping_amount, 0)

    def test_free_from_points(self):
        self.express.giftcard_free_points = 20
        self.assertEqual(self.send().shipping_amount, 12)
        free = self.send(quantity=2, key="b")
        self.assertEqual((free.shipping_amount, free.state), (0, "to_review"))

    def test_free_for_a_tier(self):
        gold = self.env["giftcard.tier"].create({"name": "Titanium", "threshold": 10_000_000})
        self.express.giftcard_free_tier_ids = gold
        self.assertEqual(self.send().shipping_amount, 12)
        self.env.cr.execute("UPDATE res_partner SET member_tier_id = %s WHERE id = %s", [gold.id, self.alice.id])
        self.alice.invalidate_recordset()
        self.assertEqual(self.send(key="b").shipping_amount, 0)

    def test_taxes_of_the_shipping(self):
        tax = self.env["account.tax"].create({"name": "VAT", "amount": 10, "price_include_override": "tax_excluded"})
        self.express.product_id.taxes_id = tax
        self.assertEqual(self.send().shipping_amount, 13.2)

    # Shipments

    def test_sent_and_received(self):
        self.express.giftcard_free_points = 1
        redemption = self.approved(quantity=2)
        picking = redemption.picking_ids
        self.assertEqual(
            (redemption.state, picking.carrier_id, picking.partner_id), ("picking", self.express, self.home)
        )
        picking.with_user(self.storeman).carrier_tracking_ref = "SF123"
        picking.with_user(self.storeman).action_put_in_pack(package_name="BOX1")
        self.validate(picking)
        self.assertEqual(redemption.state, "shipped")
        self.assertEqual(self.stock(), (8, 0))
        self.assertEqual((redemption.tracking_number, redemption.tracking_url), ("SF123", "https://track/SF123"))
        [shipment] = redemption.with_user(self.reviewer)._shipments()
        self.assertEqual((shipment["state"], shipment["carrier"]), ("sent", "Express"))
        self.assertEqual(shipment["lines"], [{"name": "Mug", "quantity": 2}])
        self.assertEqual(shipment["packages"], ["BOX1"])
        redemption._receive(self.alice)
        self.assertEqual((redemption.state, redemption.transition_ids[-1].member_id), ("done", self.alice))
        with self.assertRaises(IllegalTransition):
            redemption._receive(self.alice)

    def test_services_alone_are_done_once_approved(self):
        self.express.giftcard_free_points = 1
        redemption = self.approved(reward=self.service)
        self.assertEqual(redemption.state, "done")
        self.assertFalse(redemption.picking_ids)

    def test_other_transfers_lock_no_redemptions(self):
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "move_ids": [(0, 0, {"product_id": self.mug.id, "product_uom_qty": 1})],
            }
        )
        picking.action_confirm()
        with patch.object(type(self.redemptions), "_lock") as lock:
            self.validate(picking)
        self.assertEqual(picking.state, "done")
        lock.assert_not_called()

    def test_not_before_approval(self):
        self.express.giftcard_free_points = 1
        redemption = self.send()
        self.assertFalse(redemption.picking_ids)
        redemption._make_transfers()
        with self.assertRaises(IllegalTransition):
            self.validate(redemption.picking_ids)

    def test_part_by_part(self):
        self.express.giftcard_free_points = 1
        redemption = self.approved(quantity=5)
        first = redemption.picking_ids
        first.carrier_tracking_ref = "A1"
        self.validate(first, 2)
        self.assertEqual(redemption.state, "picking")
        with self.assertRaises(IllegalTransition):
            redemption._cancel("too late")
        rest = redemption.picking_ids - first
        self.assertEqual((rest.carrier_id, rest.move_ids.product_uom_qty), (self.express, 3))
        self.assertEqual([s["state"] for s in redemption._shipments()], ["sent", "picking"])
        rest.carrier_tracking_ref = "A2"
        self.validate(rest)
        self.assertEqual((redemption.state, redemption.tracking_number), ("shipped", "A1, A2"))

    def test_nothing_is_left_out(self):
        self.express.giftcard_free_points = 1
        redemption = self.approved(quantity=5)
        with self.assertRaises(IllegalTransition):
            self.validate(redemption.picking_ids, 2, backorder=False)
        self.env.invalidate_all()
        self.assertEqual((redemption.state, self.stock()[0]), ("picking", 10))

    def test_nothing_more_is_sent(self):
        self.express.giftcard_free_points = 1
        redemption = self.approved(quantity=2)
        with self.assertRaises(IllegalTransition):
            self.validate(redemption.picking_ids, 3)
        self.env.invalidate_all()
        picking = redemption.picking_ids.with_user(self.storeman)
        other = self.env["product.product"].create({"name": "Other", "type": "consu"})
        picking.move_ids.copy({"product_id": other.id, "product_uom_qty": 1, "picking_id": picking.id})
        with self.assertRaises(IllegalTransition):
            picking.move_ids.quantity = 1
            self.validate(picking)

    def test_waves_and_batches(self):
        self.express.giftcard_free_points = 1
        orders = self.approved(quantity=2) | self.approved(quantity=1, key="b")
        batch = (
            self.env["stock.picking.batch"]
            .with_user(self.storeman)
            .create({"picking_ids": [(6, 0, orders.sudo().picking_ids.ids)]})
        )
        batch.action_confirm()
        batch.with_context(skip_sms=True).action_done()
        self.assertEqual(orders.mapped("state"), ["shipped", "shipped"])
        self.assertEqual(self.stock(), (7, 0))
        lines = (self.approved(quantity=3, key="c") | self.approved(quantity=2, key="d")).picking_ids.move_line_ids
        lines.with_user(self.storeman)._add_to_wave()
        wave = lines.picking_id.batch_id
        self.assertTrue(wave.is_wave)
        wave.with_user(self.storeman).action_confirm()
        wave.with_user(self.storeman).with_context(skip_sms=True).action_done()
        self.assertEqual(set(lines.picking_id.sudo().giftcard_redemption_id.mapped("state")), {"shipped"})

    def test_received_after_days(self):
        self.express.giftcard_free_points = 1
        redemption = self.approved()
        self.validate(redemption.picking_ids)
        self.company.giftcard_receive_days = 7
        cron = self.env.ref("giftcard_pickup.ir_cron_receive_redemptions")
        for days, state in ((6, "shipped"), (8, "done")):
            with freeze_time(fields.Datetime.now() + timedelta(days=days)), self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual(redemption.state, state)

    def test_never_received_by_itself(self):
        self.express.giftcard_free_points = 1
        redemption = self.approved()
        self.validate(redemption.picking_ids)
        self.company.giftcard_receive_days = 0
        with freeze_time(fields.Datetime.now() + timedelta(days=500)), self.enter_registry_test_mode():
            self.env.ref("giftcard_pickup.ir_cron_receive_redemptions").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(redemption.state, "shipped")

    def test_only_reviewers_mark_as_received(self):
        self.express.giftcard_free_points = 1
        redemption = self.approved()
        self.validate(redemption.picking_ids)
        with self.assertRaises(AccessError):
            redemption.with_user(self.storeman).action_receive()
        redemption.with_user(self.reviewer).action_receive()
        self.assertEqual(redemption.transition_ids[-1].user_id, self.reviewer)

    def test_cancelled_is_not_sent(self):
        self.express.giftcard_free_points = 1
        redemption = self.approved()
        picking = redemption.picking_ids
        with self.assertRaises(UserError):
            picking.with_user(self.storeman).action_cancel()
        redemption._cancel("no")
        self.assertEqual((picking.state, self.stock()), ("cancel", (10, 0)))
