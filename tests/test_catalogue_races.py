"""Real processes redeem the same reward: quotas of a day and limits of a member hold, whoever comes first.

Each race runs in both isolation levels; :meth:`~tests.processes.Book.race` checks the invariants after each.
"""

from collections import Counter
from uuid import uuid4

import pytest

from suite import harness
from tests.processes import READ_COMMITTED, REPEATABLE_READ, Book

pytestmark = pytest.mark.parametrize("isolation", [READ_COMMITTED, REPEATABLE_READ])
PROCESSES = 8


@pytest.fixture(scope="module")
def book():
    with harness.fresh_database("catalogue-races") as database:
        yield Book(database)


def new_members(book, count):
    """:return: ids of new members with 1,000 points each"""

    def make(env):
        from odoo.addons.giftcard_points.models.ledger.act import Act

        program = env.ref("giftcard_points.demo_points_program")
        partners = env["res.partner"].create([{"name": f"Member {uuid4().hex[:6]}"} for __ in range(count)])
        for partner in partners:
            partner._join("backoffice")
            env["giftcard.ledger"]._grant(Act("earn"), partner._member_card(program), 1000)
        return partners.ids

    return book.write(make)


def new_reward(book, **values):
    """:return: id of a new reward without stock of its own, for 10 points"""

    def make(env):
        product = env["product.product"].create({"name": f"Voucher {uuid4().hex[:6]}", "type": "service"})
        reward = env["giftcard.reward"].create(
            {
                "product_id": product.id,
                "program_id": env.ref("giftcard_points.demo_points_program").id,
                "points_price": 10,
                "published": True,
                **values,
            }
        )
        return reward.id

    return book.write(make)


def redeem(member_id, reward_id, pieces=1):
    key = uuid4().hex

    def act(env):
        reward = env["giftcard.reward"].browse(reward_id)
        store, member = env.ref("giftcard_points.demo_store"), env["res.partner"].browse(member_id)
        return env["giftcard.redemption"]._submit(member, store, [(reward, pieces)], key).id

    return act


def cancel(redemption_id):
    return lambda env: env["giftcard.redemption"].browse(redemption_id)._cancel("changed my mind")


def taken(book, reward_id):
    """:return: (pieces of the day, pieces of all members), as counted"""

    def read(env):
        domain = [("reward_id", "=", reward_id)]
        days, uses = env["giftcard.reward.day"].search(domain), env["giftcard.reward.use"].search(domain)
        return sum(days.mapped("pieces")), sum(uses.mapped("pieces"))

    return book.read(read)


def test_quota_of_the_day(book, isolation):
    reward_id, members = new_reward(book, daily_quota=3), new_members(book, PROCESSES)
    answers = book.race(*[redeem(member, reward_id) for member in members], isolation=isolation)
    assert Counter(answers) == {"done": 3, "daily_quota_reached": PROCESSES - 3}
    assert taken(book, reward_id) == (3, 3)


def test_quota_of_the_day_in_twos(book, isolation):
    reward_id, members = new_reward(book, daily_quota=5), new_members(book, PROCESSES)
    answers = book.race(*[redeem(member, reward_id, 2) for member in members], isolation=isolation)
    assert Counter(answers) == {"done": 2, "daily_quota_reached": PROCESSES - 2}
    assert taken(book, reward_id) == (4, 4)


def test_limit_of_a_member(book, isolation):
    reward_id, [member] = new_reward(book, member_limit=2, limit_period="month"), new_members(book, 1)
    answers = book.race(*[redeem(member, reward_id) for __ in range(PROCESSES)], isolation=isolation)
    assert Counter(answers) == {"done": 2, "member_limit_reached": PROCESSES - 2}
    assert taken(book, reward_id) == (2, 2)


def test_limit_of_a_member_over_variants(book, isolation):
    main_id, [member] = new_reward(book, member_limit=2), new_members(book, 1)
    variants = [new_reward(book, main_id=main_id) for __ in range(PROCESSES - 1)]
    answers = book.race(*[redeem(member, reward) for reward in (main_id, *variants)], isolation=isolation)
    assert Counter(answers) == {"done": 2, "member_limit_reached": PROCESSES - 2}
    assert taken(book, main_id)[1] == 2


def test_what_is_cancelled_comes_back_while_others_redeem(book, isolation):
    reward_id, members = new_reward(book, daily_quota=3, member_limit=1), new_members(book, 7)
    mine = [book.write(redeem(member, reward_id)) for member in members[:3]]
    answers = book.race(
        *[cancel(redemption) for redemption in mine],
        *[redeem(member, reward_id) for member in members[3:]],
        isolation=isolation,
    )
    assert answers[:3] == ["done"] * 3
    counts = Counter(answers[3:])
    assert counts["done"] <= 3
    assert set(counts) <= {"done", "daily_quota_reached"}
    assert taken(book, reward_id) == (counts["done"], counts["done"])


def test_a_member_cancels_one_variant_and_redeems_another(book, isolation):
    main_id, [member] = new_reward(book, member_limit=1), new_members(book, 1)
    variant_id = new_reward(book, main_id=main_id)
    redemption = book.write(redeem(member, variant_id))
    answers = book.race(cancel(redemption), redeem(member, main_id), isolation=isolation)
    assert answers[0] == "done"
    assert answers[1] in {"done", "member_limit_reached"}
    assert taken(book, main_id)[1] == (answers[1] == "done")


def test_taken_off_while_members_redeem(book, isolation):
    reward_id, members = new_reward(book, quota=2, when_out="relist"), new_members(book, PROCESSES - 1)

    def rule(env):
        env["giftcard.reward"]._apply_listing_rules()

    answers = book.race(rule, *[redeem(member, reward_id) for member in members], isolation=isolation)
    assert answers[0] == "done"
    assert Counter(answers[1:])["done"] == 2
    assert set(answers[1:]) <= {"done", "limit_reached", "reward_not_available"}
    book.write(rule)
    assert book.read(lambda env: bool(env["giftcard.reward"].browse(reward_id).delisted_on))
