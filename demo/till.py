"""A till: it sends orders by the calls that Odoo's point of sale sends."""

from datetime import UTC, datetime
from uuid import uuid4


class Till:
    """An open session of a point of sale.

    :param odoo: the cashier's :class:`demo.odoo.Odoo`
    :param config_id: of the ``pos.config``
    """

    def __init__(self, odoo, config_id):
        self.odoo = odoo
        self.config_id = config_id
        odoo.call("pos.config", "open_ui", [config_id])
        config = odoo.read("pos.config", config_id, "current_session_id", "payment_method_ids", "pricelist_id")
        self.session_id = config["current_session_id"][0]
        self._pricelist_id = config["pricelist_id"] and config["pricelist_id"][0]
        odoo.call("pos.session", "set_opening_control", [self.session_id], 0, "")
        methods = odoo.call("pos.payment.method", "read", config["payment_method_ids"], ["is_cash_count"])
        self._cash_id = next(method["id"] for method in methods if method["is_cash_count"])

    def order(self, lines, partner_id=None, uuid=None, date=None):
        """:return: an order paid in cash, as the till's browser builds it; ``lines`` as of :meth:`line`"""
        total = round(sum(line["price_subtotal_incl"] for line in lines), 2)
        date = date or datetime.now(UTC)
        return {
            "uuid": uuid or str(uuid4()),
            "name": "Order",
            "access_token": str(uuid4()),
            "state": "paid",
            "session_id": self.session_id,
            "pricelist_id": self._pricelist_id,
            "fiscal_position_id": False,
            "partner_id": partner_id or False,
            "user_id": self.odoo.uid,
            "date_order": date.strftime("%Y-%m-%d %H:%M:%S"),
            "lines": [[0, 0, line] for line in lines],
            "payment_ids": [[0, 0, {"payment_method_id": self._cash_id, "amount": total}]] if total else [],
            "amount_total": total,
            "amount_paid": total,
            "amount_tax": 0,
            "amount_return": 0,
            "to_invoice": False,
            "last_order_preparation_change": "{}",
        }

    @staticmethod
    def line(product_id, price, quantity=1, total=None, **values):
        """:return: a line of an order, without taxes; ``total`` where it is not the product of price and quantity"""
        total = round(price * quantity, 2) if total is None else total
        return {
            "uuid": str(uuid4()),
            "product_id": product_id,
            "price_unit": price,
            "qty": quantity,
            "price_subtotal": total,
            "price_subtotal_incl": total,
            "tax_ids": [[6, 0, []]],
            "pack_lot_ids": [],
            **values,
        }

    def store(self, orders):
        """Send orders. :return: {uuid: id}"""
        stored = self.odoo.call("pos.order", "sync_from_ui", orders)["pos.order"]
        return {order["uuid"]: order["id"] for order in stored}

    def confirm(self, order_id, changes):
        """Tell what the order did to cards. :param changes: {card id, or a negative number for a new card: values}"""
        data = {str(card_id): {"line_codes": [], **values} for card_id, values in changes.items()}
        return self.odoo.call("pos.order", "confirm_coupon_programs", [order_id], data)
