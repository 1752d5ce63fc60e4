from odoo.tests import tagged

from .common import ApiCase


@tagged("post_install", "-at_install")
class TestWechatParcels(ApiCase):
    """What WeChat is told of goods that are sent."""

    def setUp(self):
        super().setUp()
        self.company.giftcard_delivery_warehouse_id = self.warehouse
        self.env["delivery.carrier"].search([]).active = False
        product = self.env["product.product"].create({"name": "Express", "type": "service", "list_price": 0})
        self.carrier = self.env["delivery.carrier"].create(
            {"name": "Express", "product_id": product.id, "wechat_code": "SF"}
        )
        home = self.env["res.partner"].create(
            {"parent_id": self.alice.id, "type": "delivery", "name": "Home", "phone": "+86 138 1234 5678"}
        )
        self.redemption = self.redemptions._submit(
            self.alice, None, [(self.reward, 2)], "k", fulfilment="delivery", address=home
        )
        self.redemption._approve()

    def send(self, tracking="SF1"):
        picking = self.redemption.picking_ids
        picking.carrier_tracking_ref = tracking
        picking.with_context(skip_sms=True).button_validate()

    def test_a_parcel(self):
        self.assertIsNone(self.redemption._wechat_handover())
        self.send()
        way, [parcel] = self.redemption._wechat_handover()
        self.assertEqual(way, "express")
        self.assertEqual(
            (parcel["item_desc"], parcel["tracking_no"], parcel["express_company"]), ("Mug x2", "SF1", "SF")
        )
        self.assertEqual(parcel["contact"], {"receiver_contact": "138****5678"})

    def test_who_has_no_code_brings_it_himself(self):
        self.carrier.wechat_code = False
        self.send()
        self.assertEqual(self.redemption._wechat_handover(), ("local", [{"item_desc": "Mug x2"}]))

    def test_a_payment_leads_to_it(self):
        tx = self.env["payment.transaction"].create(
            {
                "provider_id": self.env.ref("giftcard_wechat.payment_provider_wechatpay").id,
                "payment_method_id": self.env.ref("payment.payment_method_wechat_pay").id,
                "amount": 1,
                "currency_id": self.company.currency_id.id,
                "partner_id": self.alice.id,
                "giftcard_redemption_id": self.redemption.id,
            }
        )
        self.assertIsNone(tx._wechat_handover())
        self.send()
        self.assertEqual(tx._wechat_handover()[0], "express")
        self.assertFalse(tx._wechat_handed_back())
