"""Tills that store orders at the same moment, in real processes on committed data: each card pays once.

A till repeats its call when the reply was lost, be the first still under way or not, and two tills know one card.
"""

from collections import Counter
from uuid import uuid4

import pytest

from suite import harness
from tests.processes import READ_COMMITTED, REPEATABLE_READ, Book
from tests.test_ledger_races import card_of, new_card

pytestmark = pytest.mark.parametrize("isolation", [READ_COMMITTED, REPEATABLE_READ])
PROCESSES = 4
PRICE = 30


@pytest.fixture(scope="module")
def book():
    with harness.fresh_database("till-races") as database:
        book = Book(database)
        book.write(open_till)
        yield book


def open_till(env):
    goods = {"name": "Goods", "list_price": PRICE, "taxes_id": False, "available_in_pos": True}
    env["product.product"].create(goods)
    config = env["pos.config"].search([("company_id", "=", env.company.id)], limit=1)
    session = config.current_session_id or env["pos.session"].create({"config_id": config.id})
    session.set_opening_control(0, None)


def reward_line(env, card_id, amount):
    reward = env.ref("loyalty.gift_card_program").reward_ids[0]
    return {
        "product_id": reward.discount_line_product_id.id,
        "price_unit": -amount,
        "is_reward_line": True,
        "reward_id": reward.id,
        "coupon_id": card_id,
        "reward_identifier_code": "1",
        "points_cost": amount,
    }


def order(env, uuid, *lines):
    """The data of an order that its lines pay for themselves."""
    session = env["pos.session"].search([("state", "=", "opened")], order="id desc", limit=1)
    values = [
        {
            "qty": 1,
            "tax_ids": [(5,)],
            "price_subtotal": line["price_unit"],
            "price_subtotal_incl": line["price_unit"],
            "uuid": f"{uuid}-{number}",
            **line,
        }
        for number, line in enumerate(lines)
    ]
    return {
        "uuid": uuid,
        "access_token": uuid,
        "state": "paid",
        "name": f"Order {uuid}",
        "pos_reference": f"Order {uuid}",
        "session_id": session.id,
        "user_id": env.uid,
        "pricelist_id": session.config_id.pricelist_id.id,
        "fiscal_position_id": False,
        "partner_id": False,
        "date_order": "2026-01-01 12:00:00",
        "amount_total": 0,
        "amount_paid": 0,
        "amount_tax": 0,
        "amount_return": 0,
        "sequence_number": 1,
        "to_invoice": False,
        "payment_ids": [],
        "lines": [(0, 0, line) for line in values],
    }


def sale(card_id, uuid):
    def store(env):
        goods = env["product.product"].search([("name", "=", "Goods")], limit=1)
        data = order(env, uuid, {"product_id": goods.id, "price_unit": PRICE}, reward_line(env, card_id, PRICE))
        env["pos.order"].sync_from_ui([data])

    return store


def orders(book, *uuids):
    return book.read(lambda env: env["pos.order"].search([("uuid", "in", uuids), ("state", "=", "paid")]).ids)


def test_one_order_stored_by_many_calls(book, isolation):
    card_id, uuid = new_card(book, 50), str(uuid4())
    answers = book.race(*[sale(card_id, uuid)] * PROCESSES, isolation=isolation)
    # A call that comes while the first is under way may fail; the till repeats it then.
    assert "done" in answers
    assert all(answer == "done" or "uuid" in answer for answer in answers), answers
    assert book.race(sale(card_id, uuid), isolation=isolation) == ["done"]
    assert len(orders(book, uuid)) == 1
    assert card_of(book, card_id) == (20, 0, "active")


def test_two_tills_and_one_card(book, isolation):
    card_id, uuids = new_card(book, 50), [str(uuid4()) for __ in range(PROCESSES)]
    answers = book.race(*[sale(card_id, uuid) for uuid in uuids], isolation=isolation)
    assert Counter(answers) == {"done": 1, "insufficient_balance": PROCESSES - 1}
    assert len(orders(book, *uuids)) == 1
    assert card_of(book, card_id) == (20, 0, "active")


def test_storing_and_holding(book, isolation):
    """The hold of one till, and the order of another that has none."""
    card_id, uuids = new_card(book, 50), [str(uuid4()) for __ in range(2)]
    held = book.write(lambda env: env["pos.order"].giftcard_hold(uuids[0], {str(card_id): PRICE}))
    assert held["successful"]
    answers = book.race(*[sale(card_id, uuid) for uuid in uuids], isolation=isolation)
    # The held order is never the one that is turned away.
    assert answers[0] == "done"
    assert answers[1] == "insufficient_balance"
    assert card_of(book, card_id) == (20, 0, "active")


def test_two_tills_refund_one_order(book, isolation):
    card_id, uuid = new_card(book, 50), str(uuid4())
    book.write(sale(card_id, uuid))

    def refund(env):
        lines = env["pos.order"].search([("uuid", "=", uuid)]).lines
        back = [
            {
                "product_id": line.product_id.id,
                "price_unit": line.price_unit,
                "qty": -1,
                "refunded_orderline_id": line.id,
            }
            for line in lines
        ]
        env["pos.order"].sync_from_ui([order(env, str(uuid4()), *back) | {"is_refund": True}])

    answers = book.race(*[refund] * PROCESSES, isolation=isolation)
    assert Counter(answers) == {"done": 1, "already_resolved": PROCESSES - 1}
    assert card_of(book, card_id) == (50, 0, "active")
