"""Real processes against a real server: what is taken is what was granted, whoever asks at the same time."""

import threading
import time
from collections import Counter
from uuid import uuid4

import pytest

from tests import clients
from tests.shop import open_shop

PROCESSES = 16


@pytest.fixture(scope="module")
def shop():
    with open_shop("races") as shop:
        yield shop


def test_one_card_is_never_overdrawn(shop):
    reward = shop.reward(price=30, pieces=1000)
    partner, tokens = shop.member(points=1000, devices=PROCESSES)
    body = shop.redemption_body(reward)
    jobs = [[(shop.url, token, "/redemptions", body, uuid4().hex) for __ in range(4)] for token in tokens]
    answers = [answer for job in clients.run(jobs) for answer in job]

    statuses = Counter(status for status, __ in answers)
    # 64 requests for 30 points each, 1,000 points: 33 can be paid.
    assert statuses == {201: 33, 409: 31}, statuses
    assert {answer["code"] for status, answer in answers if status == 409} == {"insufficient_balance"}
    assert len({answer["id"] for status, answer in answers if status == 201}) == 33
    assert shop.balance(partner) == (1000, 33 * 30)
    assert shop.stock(reward) == (1000, 33)
    shop.assert_books()


def test_a_scarce_reward_is_never_oversold(shop):
    reward = shop.reward(price=10, pieces=5)
    members = [shop.member(points=100) for __ in range(PROCESSES)]
    body = shop.redemption_body(reward)
    jobs = [[(shop.url, token, "/redemptions", body, uuid4().hex)] for __, [token] in members]
    answers = [answer for job in clients.run(jobs) for answer in job]

    statuses = Counter(status for status, __ in answers)
    assert statuses == {201: 5, 409: 11}, statuses
    assert {answer["code"] for status, answer in answers if status == 409} == {"out_of_stock"}
    assert shop.stock(reward) == (5, 5)
    assert Counter(shop.balance(partner) for partner, __ in members) == {(100, 10): 5, (100, 0): 11}
    shop.assert_books()


def test_one_key_is_one_effect(shop):
    reward = shop.reward(price=10, pieces=100)
    partner, tokens = shop.member(points=1000, devices=PROCESSES)
    body, key = shop.redemption_body(reward), uuid4().hex
    answers = [
        answer
        for job in clients.run([[(shop.url, token, "/redemptions", body, key)] for token in tokens])
        for answer in job
    ]

    assert {status for status, __ in answers} == {201}
    assert len({str(answer) for __, answer in answers}) == 1
    assert shop.balance(partner) == (1000, 10)
    assert shop.stock(reward) == (100, 1)
    shop.assert_books()


def test_cancel_and_approve_have_one_winner(shop):
    reward = shop.reward(price=10, pieces=100)
    __, [token] = shop.member(points=1000)
    for __ in range(5):
        status, redemption = clients.post(shop.url, token, "/redemptions", shop.redemption_body(reward), uuid4().hex)
        assert status == 201
        [record_id] = shop.admin.call("giftcard.redemption", "search", [("name", "=", redemption["number"])])
        approval = threading.Thread(target=_approve, args=(shop, record_id))
        approval.start()
        status, __ = clients.post(shop.url, token, f"/redemptions/{redemption['id']}/cancel", {}, uuid4().hex)
        approval.join()
        state = shop.admin.read("giftcard.redemption", record_id, "state")["state"]
        assert (status, state) in {(200, "cancelled"), (409, "ready")}
        shop.assert_books()


def _approve(shop, record_id):
    try:
        shop.admin.call("giftcard.redemption", "action_approve", [record_id])
    except Exception:  # noqa: BLE001  losing the race is one of the two right outcomes
        return


def test_killed_workers_lose_and_double_nothing(shop):
    reward = shop.reward(price=10, pieces=1000)
    members = [shop.member(points=500) for __ in range(8)]
    body = shop.redemption_body(reward)
    jobs = [[(shop.url, token, "/redemptions", body, uuid4().hex) for __ in range(12)] for __, [token] in members]
    stop = threading.Event()
    killer = threading.Thread(target=_kill_workers, args=(shop.server, stop))
    killer.start()
    try:
        answers = clients.run(jobs)
    finally:
        stop.set()
        killer.join()

    assert killer.kills, "no worker was killed while the requests ran"
    assert {status for job in answers for status, __ in job} == {201}
    # Each client got an answer for each of its keys in the end, and each key is one redemption.
    assert len({answer["id"] for job in answers for __, answer in job}) == 8 * 12
    assert {shop.balance(partner) for partner, __ in members} == {(500, 120)}
    assert shop.stock(reward) == (1000, 96)
    shop.assert_books()


def _kill_workers(server, stop):
    thread = threading.current_thread()
    thread.kills = 0
    while not stop.wait(0.7):
        server.kill_worker()
        thread.kills += 1
        time.sleep(0.5)
