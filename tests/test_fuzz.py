"""The API against calls made up from its own document: no 5xx, nothing that the document does not say.

``make fuzz`` sends many more of them: FUZZ_EXAMPLES is how many of each sort, 4 here.
"""

import os

import pytest
import requests

from demo.odoo import Odoo
from tests import fuzz
from tests.clients import post
from tests.shop import open_shop

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES") or 4)
#: A fuzzer calls more often than a member.
LIMITS = ("address", "guess", "guess_address", "login", "member", "session", "write")


@pytest.fixture(scope="module")
def shop():
    with open_shop("fuzz", workers=2) as shop:
        for kind in LIMITS:
            shop.admin.call("ir.config_parameter", "set_param", f"giftcard_wechat.rate_{kind}", "0")
        yield shop


@pytest.fixture(scope="module")
def known(shop):
    """Ids that there are, by the names under which they are asked for."""

    def ids(model, domain=()):
        return shop.admin.call(model, "search", list(domain), limit=5)

    return {
        "reward_id": [shop.reward(price=1, pieces=1_000_000), *ids("giftcard.reward", [("published", "=", True)])],
        "store_id": [shop.store_id, *ids("giftcard.store")],
        "category_id": ids("giftcard.reward.category"),
        "brand_id": ids("giftcard.reward.tag", [("kind", "=", "brand")]),
        "scene_id": ids("giftcard.reward.tag", [("kind", "=", "scene")]),
        "price_id": ids("giftcard.reward.price"),
        "carrier_id": ids("delivery.carrier"),
    }


def of_member(shop, known):
    """:return: (token, ids) of a new member with points and redemptions"""
    partner_id, tokens = shop.member(points=10_000)
    body = shop.redemption_body(known["reward_id"][0])
    own = [post(shop.url, tokens[0], "/redemptions", body, f"fuzz-{n:04}")[1]["id"] for n in range(2)]
    shop.admin.call("giftcard.redemption", "action_approve", own[:1])
    cards = shop.admin.call("loyalty.card", "search", [("partner_id", "=", partner_id)])
    return tokens[0], {**known, "redemption_id": own, "card_id": cards, "address_id": [partner_id]}


def clerk_token(shop):
    """:return: token of the phone of a clerk of the shop's store"""
    login = f"clerk-{os.urandom(4).hex()}"
    shop.admin.call(
        "res.users",
        "create",
        {
            "name": "Clerk",
            "login": login,
            "password": login,
            "group_ids": [(4, shop.admin.ref("giftcard_pickup.group_clerk"))],
        },
    )
    clerk = Odoo(shop.url, shop.server.database, login, login)
    shop.admin.call("giftcard.store", "write", [shop.store_id], {"user_ids": [(4, clerk.uid)]})
    wizard_id = clerk.call("giftcard.staff.pair", "create", {})
    code = clerk.call("giftcard.staff.pair", "action_make", [wizard_id])["context"]["default_code"]
    return requests.post(f"{shop.url}/giftcard/v1/staff/sessions", json={"code": code}, timeout=60).json()[
        "access_token"
    ]


class Callers:
    """A member and a clerk who are logged in; new ones once an operation has ended their session or membership."""

    def __init__(self, shop, known):
        self._shop, self._known = shop, known
        self._member = self._clerk = None

    def of(self, operation):
        """:return: (token, ids) of who may call the operation"""
        if "/staff/" in operation.path:
            if not self._clerk or not self._answers(self._clerk, "/staff/me"):
                self._clerk = clerk_token(self._shop)
            return self._clerk, self._known
        if not self._member or not self._answers(self._member[0], "/me"):
            self._member = of_member(self._shop, self._known)
        return self._member

    def _answers(self, token, path):
        headers = {"Authorization": f"Bearer {token}"}
        return requests.get(f"{self._shop.url}/giftcard/v1{path}", headers=headers, timeout=60).ok


def test_the_document_is_kept(shop, known):
    failures, callers = [], Callers(shop, known)
    for operation in fuzz.operations(fuzz.load(shop.url)):
        try:
            fuzz.run(operation, *callers.of(operation), EXAMPLES)
        except Exception as failure:  # noqa: BLE001  all of them are told at once
            failures.append(f"{operation.method.upper()} {operation.path}: {failure}")
    assert not failures, "\n\n".join(failures)
    shop.assert_books()
