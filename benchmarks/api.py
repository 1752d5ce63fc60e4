"""The API beside the floor of the platform: an Odoo route that does nothing."""

from itertools import cycle
from uuid import uuid4

import requests

from demo.odoo import Odoo
from suite import harness
from tests.fakes.wechat import FakeWechat
from tests.shop import Shop

from . import load
from .figure import Figure

WORKERS = 4
SECONDS = 10
MEMBERS = 64


def measure(suite, stock):
    with harness.server(suite, workers=WORKERS) as server:
        admin = Odoo(server.url, suite, "admin", "admin")
        with FakeWechat.for_demo(admin) as wechat:
            yield from _figures(Shop(server, wechat, admin))


def _figures(shop):
    for kind in ("address", "member", "session", "write"):
        shop.admin.call("ir.config_parameter", "set_param", f"giftcard_wechat.rate_{kind}", "0")
    reward = shop.reward(price=1, pieces=1_000_000)
    tokens = [shop.member(points=100_000)[1][0] for __ in range(MEMBERS)]
    base = f"{shop.url}/giftcard/v1"

    def headers(token):
        return {"Authorization": f"Bearer {token}"}

    def reads(path):
        return lambda client: cycle(("GET", base + path, {"headers": headers(token)}) for token in tokens[client::8])

    def redemptions(client):
        body = shop.redemption_body(reward)
        for token in cycle(tokens[client::8]):
            key = {"Idempotency-Key": uuid4().hex}
            yield "POST", f"{base}/redemptions", {"json": body, "headers": headers(token) | key}

    def unchanged(path):
        """The same page again, by clients that have it."""

        def calls(client):
            kept = [
                (token, requests.get(base + path, headers=headers(token), timeout=60).headers["ETag"])
                for token in tokens[client::8]
            ]
            return cycle(
                ("GET", base + path, {"headers": headers(token) | {"If-None-Match": etag}}) for token, etag in kept
            )

        return calls

    def statements(client):
        return cycle(
            ("GET", f"{base}/cards/{card}/entries?limit=20", {"headers": headers(token)})
            for token, card in cards[client::8]
        )

    def quotes(client):
        body = shop.redemption_body(reward)
        return cycle(
            ("POST", f"{base}/quotes", {"json": body, "headers": headers(token)}) for token in tokens[client::8]
        )

    cards = [(token, _statement_of(shop, base, headers(token))) for token in tokens[:8]]
    floor, __ = load.rate(SECONDS, lambda client: cycle([("GET", f"{shop.url}/web/health", {})]))
    for name, requests_of, status, goal in (
        ("API: balance | empty route", reads("/me"), 200, 0.8),
        ("API: a page of a statement | empty route", statements, 200, None),
        ("API: a page of rewards | empty route", reads("/rewards"), 200, None),
        ("API: a page of rewards, unchanged | empty route", unchanged("/rewards"), 304, None),
        (
            "API: rewards by two Chinese characters | empty route",
            reads("/rewards?search=%E7%A4%BC%E7%9B%92"),
            200,
            None,
        ),
        ("API: a reward in detail | empty route", reads(f"/rewards/{reward}"), 200, None),
        ("API: the nearest stores | empty route", reads("/stores?latitude=31.23&longitude=121.47"), 200, None),
        ("API: a quote | empty route", quotes, 200, None),
        ("API: redeem, with stock reserved | empty route", redemptions, 201, None),
    ):
        rate, counts = load.rate(SECONDS, requests_of)
        assert set(counts) == {status}, (name, counts)
        yield Figure(name, rate, floor, goal)
    shop.assert_books()


def _statement_of(shop, base, headers):
    """Give a member's card a page of movements. :return: its id"""
    [card] = requests.get(f"{base}/cards", headers=headers, timeout=60).json()["items"]
    for number in range(20):
        wizard_id = shop.admin.call(
            "loyalty.card.update.balance",
            "create",
            {"card_id": card["id"], "new_balance": 100_001 + number, "description": "Bench"},
        )
        shop.admin.call("loyalty.card.update.balance", "action_update_card_point", [wizard_id])
    return card["id"]
