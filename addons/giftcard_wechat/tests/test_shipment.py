from odoo.tests import tagged

from .common import ApiCase


@tagged("post_install", "-at_install")
class TestShipment(ApiCase):
    def setUp(self):
        super().setUp()
        self.company.giftcard_delivery_warehouse_id = self.warehouse
        self.env["delivery.carrier"].search([]).active = False
        product = self.env["product.product"].create({"name": "Express", "type": "service", "list_price": 0})
        self.env["delivery.carrier"].create(
            {"name": "Express", "product_id": product.id, "tracking_url": "https://track/<shipmenttrackingnumber>"}
        )
        self.home = self.env["res.partner"].create({"parent_id": self.alice.id, "type": "delivery", "name": "Home"})
        self.redemption = self.redemptions._submit(
            self.alice, None, [(self.reward, 2)], "k", fulfilment="delivery", address=self.home
        )
        self.redemption._approve()
        self.path = f"/redemptions/{self.redemption.id}"

    def send(self):
        picking = self.redemption.picking_ids
        picking.carrier_tracking_ref = "SF1"
        picking.with_context(skip_sms=True).button_validate()

    def test_the_way_of_the_goods(self):
        answer = self.get(self.path)
        self.assertEqual((answer["fulfilment"], answer["store_id"], answer["store"]), ("delivery", None, None))
        self.assertEqual((answer["state"], answer["shipments"][0]["state"]), ("picking", "picking"))
        self.send()
        [shipment] = self.get(self.path)["shipments"]
        self.assertEqual((shipment["state"], shipment["carrier"]), ("sent", "Express"))
        self.assertEqual((shipment["tracking_number"], shipment["tracking_url"]), ("SF1", "https://track/SF1"))
        self.assertEqual(shipment["lines"], [{"name": "Mug", "quantity": 2}])
        [item] = self.get("/redemptions")["items"]
        self.assertEqual((item["state"], item["fulfilment"]), ("shipped", "delivery"))

    def test_receive(self):
        self.assertProblem(self.api("POST", f"{self.path}/receive", self.alice_token), 409, "illegal_transition")
        self.send()
        self.assertProblem(self.api("POST", f"{self.path}/receive", self.bob_token), 404, "not_found")
        answer = self.api("POST", f"{self.path}/receive", self.alice_token)
        self.assertEqual((answer.status_code, answer.json()["state"]), (200, "done"), answer.text)
        self.assertEqual(self.redemption.transition_ids[-1].member_id, self.alice)

    def test_a_list_that_was_not_submitted_is_no_redemption(self):
        self.redemptions._draft(self.alice, self.company)
        self.assertEqual(len(self.get("/redemptions")["items"]), 1)

    def test_receive_no_rights(self):
        self.assertNoRights("POST", f"{self.path}/receive")
