"""The steps of the story. Each proves what it tells and raises where it does not hold."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import uuid4

from . import cdnow
from .member import Member, Problem
from .report import progress
from .till import Till

BATCH = 20


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


class Story:
    """
    :param url: of the server
    :param admin: :class:`demo.odoo.Odoo` of a manager
    :param clerk: the same of a store's clerk
    :param wechat: callable user name -> ``js_code``, as ``wx.login`` gives it on that user's phone
    :param customers: how many of the file's customers take part
    """

    def __init__(self, url, admin, clerk, wechat, customers):
        self.url = url
        self.admin = admin
        self.clerk = clerk
        self.wechat = wechat
        self.customers = cdnow.of_first_customers(customers + 1)
        # The last one is the member who joins by phone.
        self.newcomer = self.customers.pop(max(self.customers))
        self.program_id = admin.ref("giftcard_points.demo_points_program")
        self.music_id = admin.ref("giftcard_points.demo_product_music")
        rule = admin.call(
            "loyalty.rule", "search_read", [("program_id", "=", self.program_id)], ["reward_point_amount"]
        )
        self.points_per_unit = Decimal(str(rule[0]["reward_point_amount"]))

    # 1. Purchases become points

    def open_till(self):
        self.till = Till(self.admin, self.admin.ref("giftcard_points.demo_pos_config"))
        return "a session of the point of sale is open", None

    def enrol(self):
        names = {f"CDNOW {customer:05d}": customer for customer in self.customers}
        known = self.admin.call("res.partner", "search_read", [("name", "in", list(names))], ["name"])
        self.partners = {names[partner["name"]]: partner["id"] for partner in known}
        missing = [customer for customer in self.customers if customer not in self.partners]
        if missing:
            created = self.admin.call(
                "res.partner", "create", [{"name": f"CDNOW {customer:05d}"} for customer in missing]
            )
            self.admin.call("res.partner", "action_join", created)
            self.partners |= dict(zip(missing, created, strict=True))
        return f"{len(self.partners)} customers of CDNOW_master.txt are members, {len(missing)} of them new", None

    def sell_music(self):
        bought = [purchase for purchases in self.customers.values() for purchase in purchases]
        sent = self._send(bought, self.partners)
        return f"{len(bought)} purchases are orders of the till, {sent} of them new", None

    def compare_points(self):
        bought = [purchase for purchases in self.customers.values() for purchase in purchases]
        expected = cdnow.points(bought, self.points_per_unit)
        earned = self._earned(list(self.partners.values()), bought)
        for customer, partner_id in self.partners.items():
            expect(
                earned.get(partner_id, 0) == expected.get(customer, 0),
                f"customer {customer} earned {earned.get(partner_id)}, the file says {expected.get(customer)}",
            )
        return (
            f"{sum(earned.values()):,.0f} points: the sum and each member's equal a computation from the file alone",
            None,
        )

    # 2. A gift card is sold, given and spent

    def sell_gift_card(self):
        self.giver, self.recipient = list(self.partners.values())[:2]
        product_id = self.admin.ref("giftcard_points.demo_product_gift_card")
        program_id = self.admin.ref("loyalty.gift_card_program")
        order = self.till.order([self.till.line(product_id, 200)], self.giver)
        order_id = self.till.store([order])[order["uuid"]]
        change = {"points": 200, "program_id": program_id, "partner_id": self.giver}
        self.till.confirm(order_id, {-1: change})
        [card] = self.admin.call(
            "loyalty.card", "search_read", [("source_pos_order_id", "=", order_id)], ["code", "balance"]
        )
        expect(card["balance"] == 200, card)
        self.card_id = card["id"]
        return f"card {card['code']} is sold for 200 in cash, balance {card['balance']:.2f}", None

    def give_gift_card(self):
        wizard = self.admin.call(
            "giftcard.give",
            "create",
            {"card_id": self.card_id, "recipient_id": self.recipient, "greeting": "生日快乐 Happy birthday"},
        )
        self.given_id = self.admin.call("giftcard.give", "action_give", [wizard])["res_id"]
        old = self.admin.read("loyalty.card", self.card_id, "balance")["balance"]
        new = self.admin.read("loyalty.card", self.given_id, "balance", "partner_id", "code")
        expect((old, new["balance"], new["partner_id"][0]) == (0, 200, self.recipient), (old, new))
        return f"its value is on {new['partner_id'][1]}'s new card {new['code']}; the old code buys nothing", None

    def spend_gift_card(self):
        card = self.admin.read("loyalty.card", self.given_id, "code", "program_id")
        program_id = card["program_id"][0]
        found = self.admin.call(
            "pos.config", "use_coupon_code", [self.till.config_id], card["code"], "2026-01-01", self.recipient, False
        )
        expect(found["successful"] and found["payload"]["coupon_id"] == self.given_id, found)
        checked = self.admin.call("pos.order", "validate_coupon_programs", [], {str(self.given_id): -200}, [])
        expect(checked["successful"], checked)
        [reward] = self.admin.call(
            "loyalty.reward", "search_read", [("program_id", "=", program_id)], ["discount_line_product_id"]
        )
        paid_by_card = self.till.line(
            reward["discount_line_product_id"][0],
            -200,
            is_reward_line=True,
            reward_id=reward["id"],
            coupon_id=self.given_id,
            reward_identifier_code=uuid4().hex[:8],
            points_cost=200,
        )
        headphones = self.till.line(self.admin.ref("giftcard_points.demo_product_headphones"), 260)
        order = self.till.order([headphones, paid_by_card], self.recipient)
        held = self.admin.call("pos.order", "giftcard_hold", order["uuid"], {str(self.given_id): 200})
        expect(held["successful"], held)
        order_id = self.till.store([order])[order["uuid"]]
        change = {"points": -200, "program_id": program_id, "coupon_id": self.given_id}
        self.till.confirm(order_id, {self.given_id: change})
        balance = self.admin.read("loyalty.card", self.given_id, "balance")["balance"]
        order = self.admin.read("pos.order", order_id, "amount_paid", "name", "state")
        expect((balance, order["amount_paid"], order["state"]) == (0, 60, "paid"), (balance, order))
        return f"{order['name']}: headphones for 260 = 200 by card + 60 in cash; the card is empty", None

    # 3. A member redeems over the API

    def join_by_phone(self):
        self.user = f"newcomer-{uuid4().hex[:6]}"
        self.phone = Member(self.url)
        session = self.phone.login(self.wechat(self.user))
        number = session["member"]["number"]
        [partner] = self.admin.call("res.partner", "search_read", [("member_number", "=", number)], ["id"])
        self.member_id = partner["id"]
        again = Member(self.url).login(self.wechat(self.user))
        expect(again["member"]["number"] == number, "the second login found another member")
        return f"WeChat login made member {number}; a second login of the same user is the same member", None

    def newcomer_shops(self):
        amount = sum(purchase.amount for purchase in self.newcomer)
        uuids = [str(uuid4()) for __ in self.newcomer]
        partners = {self.newcomer[0].customer: self.member_id}
        self._tell_points(self.newcomer, partners, self._store(self.newcomer, partners, uuids))
        self.points = int(amount * self.points_per_unit)
        me = self.phone.get("/me")
        expect(me["points"] == self.points, me)
        [card] = [card for card in self.phone.get("/cards")["items"] if card["kind"] == "loyalty"]
        statement = self.phone.get(f"/cards/{card['id']}/entries")["items"]
        expect(sum(entry["amount"]["points"] for entry in statement) == self.points, statement)
        return (
            f"shops for {amount} at the till; the phone shows {self.points:,} points in {len(statement)} entries",
            None,
        )

    def browse_rewards(self):
        rewards = self.phone.get("/rewards")["items"]
        expect(len(rewards) >= 2, rewards)
        self.store_id = self.admin.ref("giftcard_points.demo_store")
        self.reward = min(
            (reward for reward in rewards if not reward["redeemed_out"]), key=lambda reward: reward["points_price"]
        )
        text = ", ".join(f"{reward['name']} for {reward['points_price']:,}" for reward in rewards)
        return f"sees {text}", None

    def redeem(self):
        self.stock = self._stock()
        body = {"store_id": self.store_id, "lines": [{"reward_id": self.reward["id"], "quantity": 1}]}
        key = uuid4().hex
        first = self.phone.post("/redemptions", body, key)
        again = self.phone.post("/redemptions", body, key)
        expect(first == again, "the repeat was answered differently")
        self.redemption = first
        me = self.phone.get("/me")
        expect(me["points"] == self.points - self.reward["points_price"], me)
        free = self._stock()
        expect((free["quantity"], free["reserved"]) == (self.stock["quantity"], self.stock["reserved"] + 1), free)
        return (
            f"redeems {self.reward['name']}: {first['number']}, "
            f"{self.reward['points_price']:,} points held, one piece reserved\n"
            "the same request with the same key gives the same answer and changes nothing",
            None,
        )

    def redeem_too_much(self):
        poor = Member(self.url)
        poor.login(self.wechat(f"poor-{uuid4().hex[:6]}"))
        body = {"store_id": self.store_id, "lines": [{"reward_id": self.reward["id"], "quantity": 1}]}
        try:
            poor.post("/redemptions", body)
        except Problem as problem:
            expect((problem.status, problem.code) == (409, "insufficient_balance"), problem)
            return f"a second device with too few points is told: {problem}", None
        raise AssertionError("a member without points redeemed")

    # 4. The goods are handed over

    def approve(self):
        number = self.redemption["number"]
        [redemption] = self.admin.call("giftcard.redemption", "search_read", [("name", "=", number)], ["id"])
        self.redemption_id = redemption["id"]
        self.admin.call("giftcard.redemption", "action_approve", [self.redemption_id])
        pickup = self.phone.get(f"/redemptions/{self.redemption['id']}")["pickup"]
        self.digits = pickup["digits"]
        return f"{number} is approved; the phone shows pickup code {self.digits} and its QR", None

    def hand_over(self):
        found = self.clerk.call("giftcard.pickup.code", "action_verify", self.digits, self.store_id)
        expect(found["result"] == "ready", found)
        done = self.clerk.call("giftcard.pickup.code", "action_hand_over", self.digits, self.store_id)
        expect(done["result"] == "handed_over", done)
        stock = self._stock()
        expect((stock["quantity"], stock["reserved"]) == (self.stock["quantity"] - 1, self.stock["reserved"]), stock)
        me = self.phone.get("/me")
        expect(me["points"] == self.points - self.reward["points_price"], me)
        state = self.phone.get(f"/redemptions/{self.redemption['id']}")["state"]
        expect(state == "done", state)
        return "the clerk verifies it and hands over; stock is down by one, the points are taken once", None

    def scan_again(self):
        found = self.clerk.call("giftcard.pickup.code", "action_verify", self.digits, self.store_id)
        expect(found["result"] == "used", found)
        return f"a second scan is refused: {found['message']}", None

    # 5. The books are right

    def check_books(self):
        answer = self.admin.call("giftcard.ledger", "action_check_invariants")["params"]
        expect(answer["type"] == "success", answer["message"])
        entries = self.admin.call(
            "giftcard.entry", "search_read", [("card_id.partner_id", "=", self.member_id)], ["amount", "balance"]
        )
        total = sum(entry["amount"] for entry in entries)
        expect(total == entries[0]["balance"] == self.points - self.reward["points_price"], entries)
        return f"{answer['message']} The member's statement adds up to {total:,.0f} points", None

    def shopping(self):
        """:return: list of (title, step)"""
        return [
            ("The till opens", self.open_till),
            ("Customers join", self.enrol),
            ("Their purchases go through the till", self.sell_music),
            ("Purchases have become points", self.compare_points),
        ]

    def giving(self):
        return [
            ("A gift card is sold", self.sell_gift_card),
            ("It is given to another member", self.give_gift_card),
            ("It pays a part of an order", self.spend_gift_card),
        ]

    def redeeming(self):
        return [
            ("A member joins by phone", self.join_by_phone),
            ("The member shops and sees the points", self.newcomer_shops),
            ("The member browses the rewards", self.browse_rewards),
            ("The member redeems one", self.redeem),
            ("Another member cannot", self.redeem_too_much),
            ("The redemption is approved", self.approve),
            ("The goods are handed over", self.hand_over),
            ("The code is used up", self.scan_again),
            ("The books are right", self.check_books),
        ]

    # Building blocks

    def _send(self, purchases, partners):
        """Send what the till has not stored, and book what it has not booked. :return: how many orders were new"""
        uuids = [purchase.uuid for purchase in purchases]
        known = self.admin.call("pos.order", "search_read", [("uuid", "in", uuids)], ["uuid"])
        known = {order["uuid"]: order["id"] for order in known}
        booked = self.admin.call(
            "giftcard.operation",
            "search_read",
            [("res_model", "=", "pos.order"), ("res_id", "in", list(known.values()))],
            ["res_id"],
        )
        booked = {operation["res_id"] for operation in booked}
        missing = [
            purchase
            for purchase in purchases
            if purchase.uuid not in known or (purchase.amount and known[purchase.uuid] not in booked)
        ]
        self._sell(missing, partners)
        return len(missing)

    def _sell(self, purchases, partners):
        """The till stores the next orders while it tells what those before did to points."""
        with ThreadPoolExecutor(1) as teller:
            told = []
            for start in range(0, len(purchases), BATCH):
                batch = purchases[start : start + BATCH]
                stored = self._store(batch, partners, [purchase.uuid for purchase in batch])
                told.append(teller.submit(self._tell_points, batch, partners, stored))
                progress(start + len(batch), len(purchases), "orders of the till")
            for batch in told:
                batch.result()

    def _store(self, purchases, partners, uuids):
        """Store orders as the till does; can be repeated. :return: the orders' ids, in their order"""
        orders = [
            self.till.order([self.till.line(self.music_id, float(purchase.amount))], partners[purchase.customer], uuid)
            for purchase, uuid in zip(purchases, uuids, strict=True)
        ]
        stored = self.till.store(orders)
        return [stored[uuid] for uuid in uuids]

    def _tell_points(self, purchases, partners, order_ids):
        """Tell what each order did to points, as the till does once it is stored; can be repeated."""
        for purchase, order_id in zip(purchases, order_ids, strict=True):
            if points := float(purchase.amount * self.points_per_unit):
                change = {
                    "points": points,
                    "program_id": self.program_id,
                    "partner_id": partners[purchase.customer],
                }
                self.till.confirm(order_id, {-1: change})

    def _earned(self, partner_ids, purchases):
        """:return: {partner id: what the ledger says was earned by these purchases}"""
        orders = self.admin.call("pos.order", "search", [("uuid", "in", [purchase.uuid for purchase in purchases])])
        groups = self.admin.call(
            "giftcard.entry",
            "formatted_read_group",
            [
                ("card_id.partner_id", "in", partner_ids),
                ("operation_id.kind", "=", "earn"),
                ("operation_id.res_model", "=", "pos.order"),
                ("operation_id.res_id", "in", orders),
            ],
            ["card_id"],
            ["amount:sum"],
        )
        owners = self.admin.call("loyalty.card", "read", [group["card_id"][0] for group in groups], ["partner_id"])
        owners = {card["id"]: card["partner_id"][0] for card in owners}
        return {owners[group["card_id"][0]]: Decimal(str(group["amount:sum"])) for group in groups}

    def _stock(self):
        """:return: what the store has of the reward, and what of it is reserved"""
        [reward] = self.admin.call("giftcard.reward", "read", [self.reward["id"]], ["product_id"])
        [location] = self.admin.call(
            "stock.warehouse",
            "read",
            [self.admin.read("giftcard.store", self.store_id, "warehouse_id")["warehouse_id"][0]],
            ["lot_stock_id"],
        )
        quants = self.admin.call(
            "stock.quant",
            "search_read",
            [("product_id", "=", reward["product_id"][0]), ("location_id", "child_of", location["lot_stock_id"][0])],
            ["quantity", "reserved_quantity"],
        )
        return {
            "quantity": sum(quant["quantity"] for quant in quants),
            "reserved": sum(quant["reserved_quantity"] for quant in quants),
        }
