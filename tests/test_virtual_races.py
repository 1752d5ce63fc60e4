"""Real processes on virtual rewards and goods cards: each code and each claim once, whoever asks at the same time.

In both isolation levels, as in ``test_ledger_races``.
"""

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest

from suite import harness
from tests.processes import READ_COMMITTED, REPEATABLE_READ, Book

pytestmark = pytest.mark.parametrize("isolation", [READ_COMMITTED, REPEATABLE_READ])
PROCESSES = 16


@pytest.fixture(scope="module")
def book():
    with harness.fresh_database("virtual-races") as database:
        yield Book(database)


def new_members(book, count, points=1000):
    """:return: ids of members with points"""

    def make(env):
        from odoo.addons.giftcard_points.models.ledger.act import Act

        members = env["res.partner"].create([{"name": f"Member {uuid4().hex[:6]}"} for __ in range(count)])
        members._join("backoffice")
        program = env.ref("giftcard_points.demo_points_program")
        for member in members:
            env["giftcard.ledger"]._grant(Act("earn"), member._member_card(program), points)
        return members.ids

    return book.write(make)


def new_reward(book, kind, **values):
    """:return: id of a virtual reward for 10 points"""

    def make(env):
        service = env["product.product"].create({"name": "Virtual", "type": "service"})
        return (
            env["giftcard.reward"]
            .create(
                {
                    "name": kind,
                    "kind": kind,
                    "product_id": service.id,
                    "program_id": env.ref("giftcard_points.demo_points_program").id,
                    "points_price": 10,
                    "published": True,
                    **values,
                }
            )
            .id
        )

    return book.write(make)


def new_pool(book, count):
    def make(env):
        pool = env["giftcard.code.pool"].create({"name": f"Pool {uuid4().hex[:6]}", "low_stock": 0})
        pool._import([(f"{uuid4().hex}", None) for __ in range(count)])
        return pool.id

    return book.write(make)


def redeem(reward_id, member_id):
    def act(env):
        redemption = env["giftcard.redemption"]._submit(
            env["res.partner"].browse(member_id), None, [(env["giftcard.reward"].browse(reward_id), 1)], uuid4().hex
        )
        if redemption.state == "to_review":
            redemption._approve()

    return act


def given(book, reward_ids):
    """:return: list of the codes that were given for these rewards"""

    def read(env):
        fulfilments = env["giftcard.fulfilment"].search([("reward_id", "in", reward_ids), ("state", "=", "done")])
        return [env["giftcard.code.pool"]._open(fulfilment.code_id.sealed) for fulfilment in fulfilments]

    return book.read(read)


def test_each_code_is_given_once(book, isolation):
    # Two rewards share the pool, so that the reward's row does not bring the requests in line.
    pool_id = new_pool(book, PROCESSES)
    rewards = [new_reward(book, "code", code_pool_id=pool_id) for __ in range(2)]
    members = new_members(book, PROCESSES)
    acts = [redeem(rewards[number % 2], member_id) for number, member_id in enumerate(members)]
    answers = Counter(book.race(*acts, isolation=isolation))
    codes = given(book, rewards)
    assert len(codes) == len(set(codes)) == answers["done"] == PROCESSES, answers


def test_the_last_code_has_one_taker(book, isolation):
    pool_id = new_pool(book, 1)
    rewards = [new_reward(book, "code", code_pool_id=pool_id) for __ in range(2)]
    members = new_members(book, PROCESSES)
    acts = [redeem(rewards[number % 2], member_id) for number, member_id in enumerate(members)]
    answers = Counter(book.race(*acts, isolation=isolation))
    assert answers == {"done": 1, "out_of_stock": PROCESSES - 1}
    assert len(given(book, rewards)) == 1


def test_a_handover_tried_again_at_once_is_one(book, isolation):
    def program(env):
        wallet = env["loyalty.program"].search([("program_type", "=", "ewallet")], limit=1)
        # The first try is refused.
        wallet.max_load = 1
        return wallet.id

    program_id = book.write(program)
    reward_id = new_reward(book, "topup", top_up_program_id=program_id, top_up_amount=20)
    [member_id] = new_members(book, 1)
    book.write(redeem(reward_id, member_id))

    def due(env):
        env["loyalty.program"].browse(program_id).max_load = 0
        fulfilment = env["giftcard.fulfilment"].search([("reward_id", "=", reward_id)])
        assert fulfilment.state == "failed"
        fulfilment.next_try_at -= timedelta(hours=1)
        return fulfilment.redemption_id.id

    redemption_id = book.write(due)
    answers = book.race(
        *[lambda env: env["giftcard.redemption"].browse(redemption_id)._retry_fulfilment()] * 8, isolation=isolation
    )
    assert set(answers) == {"done"}
    member_state = book.read(
        lambda env: (
            env["res.partner"].browse(member_id)._member_card(env["loyalty.program"].browse(program_id)).balance,
            env["giftcard.redemption"].browse(redemption_id).state,
        )
    )
    assert member_state == (20, "done")


def test_a_code_is_seen_or_taken_back(book, isolation):
    reward_id = new_reward(book, "code", code_pool_id=new_pool(book, 5))
    goods_id = book.read(lambda env: env.ref("giftcard_pickup.demo_reward_tote_bag").id)
    store_id = book.read(lambda env: env.ref("giftcard_points.demo_store").id)
    for __ in range(3):
        [member_id] = new_members(book, 1)

        def prepare(env, member_id=member_id):
            rewards = env["giftcard.reward"]
            redemption = env["giftcard.redemption"]._submit(
                env["res.partner"].browse(member_id),
                env["giftcard.store"].browse(store_id),
                [(rewards.browse(reward_id), 1), (rewards.browse(goods_id), 1)],
                uuid4().hex,
            )
            if redemption.state == "to_review":
                redemption._approve()
            return redemption.id, redemption.fulfilment_ids.code_id.id

        redemption_id, code_id = book.write(prepare)
        answers = book.race(
            lambda env, one=code_id: env["giftcard.pool.code"].browse(one)._reveal("Race"),
            lambda env, one=redemption_id: env["giftcard.redemption"].browse(one)._cancel("Race"),
            isolation=isolation,
        )
        assert answers in (["done", "not_returnable"], ["illegal_transition", "done"]), answers


def test_downloads_are_counted(book, isolation):
    reward_id = new_reward(book, "file", file=b"VGhlIGJvb2s=", file_name="book.txt", download_limit=3)
    [member_id] = new_members(book, 1)
    book.write(redeem(reward_id, member_id))

    def link(env):
        fulfilment = env["giftcard.fulfilment"].search([("reward_id", "=", reward_id)])
        fulfilment_id, until, mac = fulfilment._download_link().split("/")[-3:]
        return int(fulfilment_id), int(until), mac

    parts = book.read(link)
    answers = Counter(
        book.race(*[lambda env: env["giftcard.fulfilment"]._download(*parts)] * 8, isolation=isolation)
    )
    assert answers == {"done": 3, "link_not_valid": 5}
