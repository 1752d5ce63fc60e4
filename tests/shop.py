"""A running shop for whole-suite tests: a server on a fresh database, its manager, and members with points."""

from contextlib import contextmanager
from uuid import uuid4

from demo.member import Member
from demo.odoo import Odoo
from suite import harness
from tests.fakes.wechat import FakeWechat


class Shop:
    def __init__(self, server, wechat, admin):
        self.url = server.url
        self.server = server
        self.wechat = wechat
        self.admin = admin
        self.program_id = admin.ref("giftcard_points.demo_points_program")
        self.store_id = admin.ref("giftcard_points.demo_store")

    def member(self, points=0, devices=1):
        """:return: (partner id, tokens of his devices) of a new member with so many points"""
        user = uuid4().hex[:12]
        tokens, number = [], None
        for __ in range(devices):
            session = Member(self.url).login(self.wechat.code_for(user))
            tokens.append(session["access_token"])
            number = session["member"]["number"]
        [partner_id] = self.admin.call("res.partner", "search", [("member_number", "=", number)])
        if points:
            card_id = self.admin.call(
                "loyalty.card", "create", {"partner_id": partner_id, "program_id": self.program_id}
            )
            wizard_id = self.admin.call(
                "loyalty.card.update.balance",
                "create",
                {"card_id": card_id, "new_balance": points, "description": "Test"},
            )
            self.admin.call("loyalty.card.update.balance", "action_update_card_point", [wizard_id])
        return partner_id, tokens

    def reward(self, price, pieces):
        """:return: id of a new reward of so many points, of which the store has so many pieces"""
        product_id = self.admin.call(
            "product.product", "create", {"name": f"Reward {uuid4().hex[:6]}", "type": "consu", "is_storable": True}
        )
        quant_id = self.admin.call(
            "stock.quant",
            "create",
            {"product_id": product_id, "location_id": self.location_id(), "inventory_quantity": pieces},
            context={"inventory_mode": True},
        )
        self.admin.call("stock.quant", "action_apply_inventory", [quant_id])
        return self.admin.call(
            "giftcard.reward",
            "create",
            {
                "name": "Reward",
                "product_id": product_id,
                "program_id": self.program_id,
                "points_price": price,
                "published": True,
            },
        )

    def location_id(self):
        warehouse_id = self.admin.read("giftcard.store", self.store_id, "warehouse_id")["warehouse_id"][0]
        return self.admin.read("stock.warehouse", warehouse_id, "lot_stock_id")["lot_stock_id"][0]

    def balance(self, partner_id):
        """:return: (balance, held) over the member's cards"""
        cards = self.admin.call("loyalty.card", "search_read", [("partner_id", "=", partner_id)], ["balance", "held"])
        return sum(card["balance"] for card in cards), sum(card["held"] for card in cards)

    def stock(self, reward_id):
        """:return: (quantity, reserved) of the reward's product in the store"""
        product_id = self.admin.read("giftcard.reward", reward_id, "product_id")["product_id"][0]
        domain = [("product_id", "=", product_id), ("location_id", "child_of", self.location_id())]
        quants = self.admin.call("stock.quant", "search_read", domain, ["quantity", "reserved_quantity"])
        return sum(quant["quantity"] for quant in quants), sum(quant["reserved_quantity"] for quant in quants)

    def redemption_body(self, reward_id):
        return {"store_id": self.store_id, "lines": [{"reward_id": reward_id, "quantity": 1}]}

    def assert_books(self):
        answer = self.admin.call("giftcard.ledger", "action_check_invariants")["params"]
        assert answer["type"] == "success", answer["message"]


@contextmanager
def open_shop(name, workers=4):
    """A :class:`Shop` on a database of its own, served by so many processes."""
    with harness.fresh_database(name) as database, harness.server(database, workers=workers) as server:
        admin = Odoo(server.url, database, "admin", "admin")
        with FakeWechat.for_demo(admin) as wechat:
            yield Shop(server, wechat, admin)
