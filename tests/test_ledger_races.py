"""Real processes on committed data: whoever comes first, nothing is lost, doubled or taken from nowhere.

Each race runs in both isolation levels: READ COMMITTED, as of the API, and REPEATABLE READ, as of the till and the back
office, which Odoo retries.
"""

from collections import Counter
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest

from suite import harness
from tests.processes import READ_COMMITTED, REPEATABLE_READ, Book, act, card_of, new_card, new_member

pytestmark = pytest.mark.parametrize("isolation", [READ_COMMITTED, REPEATABLE_READ])
PROCESSES = 8


@pytest.fixture(scope="module")
def book():
    with harness.fresh_database("ledger-races") as database:
        yield Book(database)


def spend(card_id, amount):
    return lambda env: env["giftcard.ledger"]._spend(act("spend"), env["loyalty.card"].browse(card_id), amount)


def test_spend_and_spend(book, isolation):
    card_id = new_card(book, 100)
    answers = book.race(*[spend(card_id, 30)] * PROCESSES, isolation=isolation)
    assert Counter(answers) == {"done": 3, "insufficient_balance": PROCESSES - 3}
    assert card_of(book, card_id) == (10, 0, "active")


def test_spend_and_transfer_both_ways(book, isolation):
    one, other = new_card(book, 100), new_card(book, 100)

    def transfer(source, target):
        return lambda env: env["giftcard.ledger"]._transfer(
            act("transfer"), env["loyalty.card"].browse(source), env["loyalty.card"].browse(target), 10
        )

    answers = book.race(*[transfer(one, other), transfer(other, one)] * 4, isolation=isolation)
    assert Counter(answers) == {"done": 8}
    assert card_of(book, one)[0] == card_of(book, other)[0] == 100


def test_one_key_in_many_processes(book, isolation):
    card_id, key = new_card(book, 100), uuid4().hex
    answers = book.race(
        *[lambda env: env["giftcard.ledger"]._spend(act("spend", key=key), env["loyalty.card"].browse(card_id), 30)]
        * PROCESSES,
        isolation=isolation,
    )
    assert set(answers) == {"done"}
    assert card_of(book, card_id)[0] == 70


def test_refund_and_refund(book, isolation):
    card_id = new_card(book, 100)
    spent = book.write(lambda env: spend(card_id, 60)(env).id)
    answers = book.race(
        *[lambda env: env["giftcard.ledger"]._refund(act("refund"), env["giftcard.operation"].browse(spent))]
        * PROCESSES,
        isolation=isolation,
    )
    assert Counter(answers) == {"done": 1, "already_resolved": PROCESSES - 1}
    assert card_of(book, card_id)[0] == 100


def test_capture_and_release(book, isolation):
    card_id = new_card(book, 100)
    hold = book.write(
        lambda env: env["giftcard.ledger"]._hold(act("spend"), env["loyalty.card"].browse(card_id), 60).id
    )

    def capture(env):
        env["giftcard.ledger"]._capture(act("spend"), env["giftcard.hold"].browse(hold))

    def release(env):
        env["giftcard.ledger"]._release(env["giftcard.hold"].browse(hold))

    answers = book.race(*[capture, release] * 4, isolation=isolation)
    assert Counter(answers) == {"done": 1, "already_resolved": 7}
    assert card_of(book, card_id)[:2] in {(40, 0), (100, 0)}


def test_merge_and_spend(book, isolation):
    source, target = new_card(book, 100), new_card(book, 50)

    def merge(env):
        env["loyalty.card"].browse(source)._merge(env["loyalty.card"].browse(target), "Race")

    answers = book.race(merge, *[spend(source, 10)] * 4, isolation=isolation)
    spent = answers[1:].count("done")
    assert set(answers[1:]) <= {"done", "card_not_usable"}
    assert answers[0] == "done"
    assert card_of(book, source)[::2] == (0, "closed")
    assert card_of(book, target)[0] == 150 - 10 * spent


def test_replace_and_spend(book, isolation):
    card_id = new_card(book, 100)

    def replace(env):
        env["loyalty.card"].browse(card_id)._replace(act("replace", document=("loyalty.card", card_id)))

    answers = book.race(replace, *[spend(card_id, 10)] * 4, isolation=isolation)
    assert answers[0] == "done"
    assert set(answers[1:]) <= {"done", "card_not_usable"}
    successor = book.read(lambda env: env["loyalty.card"].browse(card_id).successor_id.id)
    assert card_of(book, card_id)[::2] == (0, "replaced")
    assert card_of(book, successor)[0] == 100 - 10 * answers[1:].count("done")


def test_expire_and_hold(book, isolation):
    today = book.read(lambda env: env["giftcard.ledger"]._today(env.company))
    card_id = new_card(book, 100, expires_on=today)

    def hold(env):
        env["giftcard.ledger"]._hold(act("spend"), env["loyalty.card"].browse(card_id), 60)

    def expire(env):
        ledger = env["giftcard.ledger"]
        with patch.object(type(ledger), "_today", lambda *args: today + timedelta(1)):
            ledger._expire_cards(env["loyalty.card"].browse(card_id), today + timedelta(1))

    answers = book.race(hold, expire, isolation=isolation)
    assert answers[1] == "done"
    # What is held when the day is over stays until the hold is resolved.
    assert (answers[0], card_of(book, card_id)[:2]) in {("done", (60, 60)), ("insufficient_balance", (0, 0))}


def test_the_till_and_the_api(book, isolation):
    card_id = new_card(book, 100)

    def till(env):
        answer = env["pos.order"].giftcard_hold(uuid4().hex, {str(card_id): 30})
        assert answer["successful"], answer["message"]

    def api(env):
        env["giftcard.ledger"]._hold(act("spend"), env["loyalty.card"].browse(card_id), 30)

    answers = book.race(*[till, api] * 4, isolation=isolation)
    refused = [answer for answer in answers if answer != "done"]
    assert len(refused) == 5
    assert all(answer == "insufficient_balance" or "AssertionError" in answer for answer in refused), refused
    assert card_of(book, card_id)[:2] == (100, 90)


def offered(book):
    """:return: (giver's card, gift, its token)"""
    giver = new_member(book)
    card_id = new_card(book, 100, partner_id=giver)

    def offer(env):
        gift, token = env["giftcard.gift"]._offer(act("gift", member_id=giver), env["loyalty.card"].browse(card_id))
        return gift.id, token

    return card_id, *book.write(offer)


def claim(token, member_id):
    return lambda env: env["giftcard.gift"]._claim(token, env["res.partner"].browse(member_id))


def value_of(book, partner_id):
    return book.read(lambda env: sum(env["loyalty.card"].search([("partner_id", "=", partner_id)]).mapped("balance")))


def test_claim_and_claim(book, isolation):
    card_id, __, token = offered(book)
    members = [new_member(book) for __ in range(PROCESSES)]
    answers = book.race(*[claim(token, member) for member in members], isolation=isolation)
    assert Counter(answers) == {"done": 1, "gift_claimed": PROCESSES - 1}
    assert sorted(value_of(book, member) for member in members) == [0] * (PROCESSES - 1) + [100]
    assert card_of(book, card_id)[0] == 0


def test_claim_and_recall(book, isolation):
    card_id, gift_id, token = offered(book)
    member = new_member(book)

    def recall(env):
        env["giftcard.gift"].browse(gift_id)._recall()

    answers = book.race(claim(token, member), recall, isolation=isolation)
    outcome = (*answers, value_of(book, member), card_of(book, card_id)[0])
    assert outcome in {("done", "gift_claimed", 100, 0), ("gift_recalled", "done", 0, 100)}
