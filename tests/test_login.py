"""Logging in from many processes at once, by WeChat's protocol."""

import multiprocessing
from collections import Counter

import pytest
import requests

from tests.shop import open_shop

PROCESSES = 8


@pytest.fixture(scope="module")
def shop():
    with open_shop("logins") as shop:
        yield shop


def _login(job):
    url, code, barrier = job
    barrier.wait()
    body = {"provider": "wechat_miniprogram", "code": code}
    response = requests.post(f"{url}/giftcard/v1/sessions", json=body, timeout=60)
    return response.status_code, response.json()


def _race(shop, codes):
    context = multiprocessing.get_context("fork")
    with context.Manager() as manager, context.Pool(len(codes)) as pool:
        barrier = manager.Barrier(len(codes))
        return pool.map(_login, [(shop.url, code, barrier) for code in codes], chunksize=1)


def test_first_logins_at_once_make_one_member(shop):
    for user in ("racer-1", "racer-2", "racer-3"):
        answers = _race(shop, [shop.wechat.code_for(user) for __ in range(PROCESSES)])
        assert {status for status, __ in answers} == {201}, answers
        assert len({answer["member"]["number"] for __, answer in answers}) == 1
        assert len({answer["access_token"] for __, answer in answers}) == PROCESSES
        identities = shop.admin.call("giftcard.identity", "search_count", [("openid", "=", shop.wechat.openid(user))])
        assert identities == 1
    strays = shop.admin.call(
        "res.partner", "search_count", [("member_channel", "=", "miniprogram"), ("giftcard_identity_ids", "=", False)]
    )
    assert strays == 0


def test_a_code_logs_in_once(shop):
    code = shop.wechat.code_for("hasty")
    statuses = Counter(status for status, __ in _race(shop, [code] * PROCESSES))
    assert statuses == {201: 1, 401: PROCESSES - 1}


def test_a_silent_wechat_does_not_stop_others(shop):
    token = shop.member()[1][0]
    shop.wechat.fail_next(-1)
    status, problem = _race(shop, [shop.wechat.code_for("unlucky")])[0]
    assert (status, problem["code"]) == (503, "provider_unavailable")
    me = requests.get(f"{shop.url}/giftcard/v1/me", headers={"Authorization": f"Bearer {token}"}, timeout=60)
    assert me.status_code == 200
