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
        return [env["giftcard.code.pool"]._open(fulfilment.code_id.ciphertext) for fulfilment in fulfilments]

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
    answers = Counter(book.race(*[lambda env: env["giftcard.fulfilment"]._download(*parts)] * 8, isolation=isolation))
    assert answers == {"done": 3, "link_not_valid": 5}


def new_goods_card(book, pieces, most):
    """:return: (id of a claimed goods card for ``pieces`` of two goods, of each at most ``most``; its member's id)"""
    [member_id] = new_members(book, 1)

    def make(env):
        from odoo.addons.giftcard_points.models.ledger.act import Act

        products = env["product.product"].create(
            [{"name": f"Goods {uuid4().hex[:6]}", "type": "consu", "is_storable": True} for __ in range(2)]
        )
        location = env.ref("giftcard_points.demo_store").warehouse_id.lot_stock_id
        for product in products:
            env["stock.quant"]._update_available_quantity(product, location, 1000)
        program = env["loyalty.program"].create(
            {
                "name": f"Goods {uuid4().hex[:6]}",
                "program_type": "goods_card",
                "goods_pieces": pieces,
                "goods_item_ids": [(0, 0, {"product_id": product.id, "quantity": most}) for product in products],
            }
        )
        card = env["loyalty.card"].create({"program_id": program.id, "partner_id": member_id})
        env["giftcard.ledger"]._grant(Act("issue"), card, pieces, origin="paid")
        return card.id

    return book.write(make), member_id


def exchange(card_id, member_id, number):
    def act(env):
        card = env["loyalty.card"].browse(card_id)
        redemption = env["giftcard.redemption"]._exchange(
            env["res.partner"].browse(member_id),
            card,
            [(card.program_id.goods_item_ids[number], 1)],
            uuid4().hex,
            store=env.ref("giftcard_points.demo_store"),
        )
        if redemption.state == "to_review":
            redemption._approve()

    return act


def card_of(book, card_id):
    """:return: (balance, held, state)"""
    return book.read(
        lambda env: env["loyalty.card"].browse(card_id).mapped(lambda card: (card.balance, card.held, card.state))[0]
    )


def test_a_goods_card_is_exchanged_for_what_it_is_worth(book, isolation):
    card_id, member_id = new_goods_card(book, pieces=3, most=3)
    answers = book.race(*[exchange(card_id, member_id, number % 2) for number in range(8)], isolation=isolation)
    assert Counter(answers)["done"] == 3, answers
    assert set(answers) <= {"done", "insufficient_balance", "card_not_usable"}
    assert card_of(book, card_id) == (0, 0, "used")


def test_no_more_of_one_of_the_goods_than_the_card_promises(book, isolation):
    card_id, member_id = new_goods_card(book, pieces=4, most=2)
    answers = book.race(*[exchange(card_id, member_id, 0) for __ in range(8)], isolation=isolation)
    assert Counter(answers) == {"done": 2, "claim_exceeded": 6}
    assert card_of(book, card_id) == (2, 0, "active")


def test_one_key_is_one_exchange(book, isolation):
    card_id, member_id = new_goods_card(book, pieces=4, most=4)
    key = uuid4().hex

    def act(env):
        card = env["loyalty.card"].browse(card_id)
        env["giftcard.redemption"]._exchange(
            env["res.partner"].browse(member_id),
            card,
            [(card.program_id.goods_item_ids[0], 1)],
            key,
            store=env.ref("giftcard_points.demo_store"),
        )

    answers = book.race(*[act] * 8, isolation=isolation)
    assert set(answers) == {"done"}
    assert sum(card_of(book, card_id)[:1]) in (3, 4)
    made = book.read(lambda env: env["giftcard.redemption"].search_count([("goods_card_id", "=", card_id)]))
    assert made == 1


def test_a_card_is_claimed_by_one_member(book, isolation):
    members = new_members(book, 2)

    def make(env):
        from odoo.addons.giftcard_points.models.batch import giftcard_batch_generation as generation

        codes, make_code = [], generation.make_code
        generation.make_code = lambda: codes.append(make_code()) or codes[-1]
        try:
            batch = env["giftcard.batch"].create(
                {"name": "Race", "program_id": env.ref("giftcard_pickup.demo_goods_program").id, "quantity": 1}
            )
            batch.action_generate()
            batch._generate_chunk()
        finally:
            generation.make_code = make_code
        env["giftcard.batch.activation"]._start(batch, 1, 1, "Race")
        return codes[0], env["loyalty.card"].search([("batch_id", "=", batch.id)]).id

    secret, card_id = book.write(make)
    acts = [
        lambda env, one=member_id: env["giftcard.code"]._claim_goods_card(secret, env["res.partner"].browse(one))
        for member_id in members
    ]
    answers = book.race(*acts, isolation=isolation)
    assert sorted(answers) == ["code_not_accepted", "done"]
    owner = book.read(lambda env: env["loyalty.card"].browse(card_id).partner_id.id)
    assert owner == members[answers.index("done")]
