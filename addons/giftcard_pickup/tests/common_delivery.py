from .common_order import OrderCase


class DeliveryCase(OrderCase):
    """Ten mugs, a carrier for 12.00, and somebody who sends them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["delivery.carrier"].search([]).active = False
        cls.put(cls.mug, 10)
        cls.mug.weight = 0.5
        cls.storeman = cls._make_user("storeman", "stock.group_stock_user")
        cls.express = cls.carrier("Express", 12, tracking_url="https://track/<shipmenttrackingnumber>")

    @classmethod
    def carrier(cls, name, price=0, **values):
        product = cls.env["product.product"].create(
            {"name": name, "type": "service", "list_price": price, "taxes_id": [(5,)]}
        )
        return cls.env["delivery.carrier"].create({"name": name, "product_id": product.id, **values})

    def approved(self, quantity=1, key="k", **kwargs):
        redemption = self.send(quantity, key, **kwargs)
        if redemption.state == "awaiting_payment":
            redemption.write({"state": "to_review"})
        if redemption.state in ("to_review", "in_review"):
            redemption._approve()
        return redemption

    def validate(self, picking, quantity=None, backorder=True):
        picking = picking.with_user(self.storeman)
        if quantity is not None:
            picking.move_ids.quantity = quantity
        without = {} if backorder else {"picking_ids_not_to_backorder": picking.ids}
        picking.with_context(skip_backorder=True, skip_sms=True, **without).button_validate()
