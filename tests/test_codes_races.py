"""Real processes at several counters: each piece goes over one of them, once, whatever else happens at the moment.

Each race runs in both isolation levels; each process is another clerk, since the attempts of one come one by one.
"""

from collections import Counter
from uuid import uuid4

import pytest

from suite import harness
from tests.processes import READ_COMMITTED, REPEATABLE_READ, Book

pytestmark = pytest.mark.parametrize("isolation", [READ_COMMITTED, REPEATABLE_READ])
CLERKS = 6


@pytest.fixture(scope="module")
def book():
    with harness.fresh_database("codes-races") as database:
        yield Book(database)


class Counters:
    """A store with clerks and goods, made for one race."""

    def __init__(self, book):
        self.book = book
        self.store_id, self.reward_id, self.clerk_ids = book.write(self._open)

    def _open(self, env):
        name = uuid4().hex[:6]
        clerks = env["res.users"].create(
            [
                {
                    "name": f"Clerk {number}",
                    "login": f"{name}-{number}",
                    "group_ids": [(6, 0, env.ref("giftcard_pickup.group_clerk").ids)],
                }
                for number in range(CLERKS)
            ]
        )
        warehouse = env["stock.warehouse"].create({"name": name, "code": name[:5].upper()})
        store = env["giftcard.store"].create(
            {"name": name, "code": name, "warehouse_id": warehouse.id, "user_ids": clerks.ids}
        )
        product = env["product.product"].create({"name": name, "type": "consu", "is_storable": True})
        env["stock.quant"]._update_available_quantity(product, warehouse.lot_stock_id, 100)
        reward = env["giftcard.reward"].create(
            {
                "product_id": product.id,
                "program_id": env.ref("giftcard_points.demo_points_program").id,
                "points_price": 10,
                "published": True,
            }
        )
        return store.id, reward.id, clerks.ids

    def order(self, quantity):
        """:return: id of a redemption that is ready"""

        def submit(env):
            from odoo.addons.giftcard_points.models.ledger.act import Act

            member = env["res.partner"].create({"name": uuid4().hex[:6]})
            member._join("backoffice")
            reward = env["giftcard.reward"].browse(self.reward_id)
            env["giftcard.ledger"]._grant(Act("earn"), member._member_card(reward.program_id), 1000)
            redemption = env["giftcard.redemption"]._submit(
                member, env["giftcard.store"].browse(self.store_id), [(reward, quantity)], uuid4().hex
            )
            redemption._approve()
            return redemption.id

        return self.book.write(submit)

    def hand_over(self, redemption_id, clerk, quantity=None, proxy=False, key=None):
        """:return: an act for a race: a clerk hands over; what is no handover is answered by its result"""

        # What was shown stays the same when Odoo repeats the call.
        token = self.book.read(lambda env: self._shown(env["giftcard.redemption"].browse(redemption_id), proxy))

        def act(env):
            from odoo.addons.giftcard_pickup.exceptions import RedemptionError

            parts = quantity and [
                {"line_id": env["giftcard.redemption"].browse(redemption_id).line_ids.id, "quantity": quantity}
            ]
            codes = env["giftcard.pickup.code"].with_user(self.clerk_ids[clerk])
            store = env["giftcard.store"].browse(self.store_id)
            answer = codes._hand_over(token, store, parts, f"till-{clerk}", key)
            if answer["result"] != "handed_over":
                refusal = RedemptionError(answer["message"])
                refusal.code = answer["result"]
                raise refusal

        return act

    def _shown(self, redemption, proxy):
        return (redemption.proxy_code_id if proxy else redemption.pickup_code_id).token

    def outcome(self, redemption_id):
        """:return: (state, pieces handed over, pieces that left the stock, points of the member)"""

        def read(env):
            redemption = env["giftcard.redemption"].browse(redemption_id)
            moves = redemption.picking_ids.move_ids.filtered(lambda move: move.state == "done")
            card = redemption.member_id._member_card(redemption.program_id)
            return redemption.state, redemption.line_ids.handed_quantity, sum(moves.mapped("quantity")), card.balance

        return self.book.read(read)


@pytest.fixture
def counters(book):
    return Counters(book)


def test_one_code_at_several_counters(counters, isolation):
    order = counters.order(3)
    acts = [counters.hand_over(order, clerk) for clerk in range(CLERKS)]
    answers = counters.book.race(*acts, isolation=isolation)
    assert Counter(answers) == {"done": 1, "used": CLERKS - 1}
    assert counters.outcome(order) == ("done", 3, 3, 970)


def test_member_and_proxy_at_once(counters, isolation):
    order = counters.order(3)
    counters.book.write(lambda env: env["giftcard.redemption"].browse(order)._set_proxy("Zhang San", "1234").id)
    acts = [counters.hand_over(order, clerk, proxy=clerk % 2 == 1) for clerk in range(CLERKS)]
    answers = counters.book.race(*acts, isolation=isolation)
    assert Counter(answers) == {"done": 1, "used": CLERKS - 1}
    assert counters.outcome(order) == ("done", 3, 3, 970)


def test_handover_and_cancellation(counters, isolation):
    for __ in range(3):
        order = counters.order(2)
        answers = counters.book.race(
            counters.hand_over(order, 0),
            lambda env, order=order: env["giftcard.redemption"].browse(order)._cancel("race"),
            isolation=isolation,
        )
        if answers[0] == "done":
            assert answers[1] == "illegal_transition"
            assert counters.outcome(order) == ("done", 2, 2, 980)
        else:
            assert answers == ["void", "done"]
            assert counters.outcome(order) == ("cancelled", 0, 0, 1000)


def test_part_and_cancellation(counters, isolation):
    for __ in range(3):
        order = counters.order(2)
        answers = counters.book.race(
            counters.hand_over(order, 0, quantity=1),
            lambda env, order=order: env["giftcard.redemption"].browse(order)._cancel("race"),
            isolation=isolation,
        )
        if answers[0] == "done":
            assert answers == ["done", "done"]
            assert counters.outcome(order) == ("done", 1, 1, 990)
        else:
            assert answers == ["void", "done"]
            assert counters.outcome(order) == ("cancelled", 0, 0, 1000)


def test_parts_at_several_counters(counters, isolation):
    order = counters.order(4)
    acts = [counters.hand_over(order, clerk, quantity=1) for clerk in range(CLERKS)]
    answers = Counter(counters.book.race(*acts, isolation=isolation))
    assert answers == {"done": 4, "used": 2}
    assert counters.outcome(order) == ("done", 4, 4, 960)


def test_parts_that_together_are_too_much(counters, isolation):
    order = counters.order(4)
    acts = [counters.hand_over(order, clerk, quantity=3) for clerk in range(CLERKS)]
    answers = Counter(counters.book.race(*acts, isolation=isolation))
    assert answers == {"done": 1, "not_left_to_hand_over": CLERKS - 1}
    assert counters.outcome(order) == ("ready", 3, 3, 960)


def test_handover_and_new_code(counters, isolation):
    order = counters.order(2)
    answers = counters.book.race(
        counters.hand_over(order, 0),
        lambda env: env["giftcard.redemption"].browse(order)._reissue_code("race").id,
        isolation=isolation,
    )
    # The old code was used, or it was dead.
    if answers[0] == "done":
        assert answers[1] == "illegal_transition"
        assert counters.outcome(order)[:3] == ("done", 2, 2)
    else:
        assert answers == ["replaced", "done"]
        assert counters.outcome(order)[:3] == ("ready", 0, 0)


def test_one_act_told_twice(counters, isolation):
    order, key = counters.order(4), uuid4().hex
    acts = [counters.hand_over(order, clerk, quantity=1, key=key) for clerk in range(CLERKS)]
    answers = counters.book.race(*acts, isolation=isolation)
    assert counters.outcome(order)[1] == 1, answers
