"""The API beside the floor of the platform: an Odoo route that does nothing."""

from itertools import cycle
from uuid import uuid4

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

    floor, __ = load.rate(SECONDS, lambda client: cycle([("GET", f"{shop.url}/web/health", {})]))
    for name, requests_of, status, goal in (
        ("API: balance | empty route", reads("/me"), 200, 0.8),
        ("API: a page of rewards | empty route", reads("/rewards"), 200, None),
        ("API: redeem, with stock reserved | empty route", redemptions, 201, None),
    ):
        rate, counts = load.rate(SECONDS, requests_of)
        assert set(counts) == {status}, (name, counts)
        yield Figure(name, rate, floor, goal)
    shop.assert_books()
