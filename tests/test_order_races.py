"""Orders under real processes on committed data: one winner of each step, nothing oversold, lost or given back twice.

Each race runs in both isolation levels: READ COMMITTED, as of the API, and REPEATABLE READ, as of the back office,
where Odoo repeats what fails.
"""

from collections import Counter
from uuid import uuid4

import pytest

from suite import harness
from tests.processes import READ_COMMITTED, REPEATABLE_READ, Book

both = pytest.mark.parametrize("isolation", [READ_COMMITTED, REPEATABLE_READ])
PROCESSES = 16


@pytest.fixture(scope="module")
def book():
    with harness.fresh_database("order-races") as database:
        yield Book(database)


def act(kind, **values):
    from odoo.addons.giftcard_points.models.ledger.act import Act

    return Act(kind, **values)


def new_reward(book, pieces, quota=0, cash=0):
    """:return: (reward id, id of its price with cash or None) of 10 points, with so many pieces in stock"""

    def make(env):
        store = env.ref("giftcard_points.demo_store")
        product = env["product.product"].create({"name": uuid4().hex[:6], "type": "consu", "is_storable": True})
        env["stock.quant"]._update_available_quantity(product, store.warehouse_id.lot_stock_id, pieces)
        reward = env["giftcard.reward"].create(
            {
                "product_id": product.id,
                "program_id": env.ref("giftcard_points.demo_points_program").id,
                "points_price": 10,
                "quota": quota,
                "published": True,
            }
        )
        price = cash and env["giftcard.reward.price"].create({"reward_id": reward.id, "points": 5, "cash": cash})
        return reward.id, price and price.id

    return book.write(make)


def new_members(book, count):
    """:return: ids of members with 1,000 points each"""

    def make(env):
        ids = []
        for __ in range(count):
            member = env["res.partner"].create({"name": f"Member {uuid4().hex[:6]}"})
            member._join("backoffice")
            card = member._member_card(env.ref("giftcard_points.demo_points_program"))
            env["giftcard.ledger"]._grant(act("earn"), card, 1000)
            ids.append(member.id)
        return ids

    return book.write(make)


def submit(member_id, reward_id, key=None, price_id=None, **values):
    def run(env):
        return env["giftcard.redemption"]._submit(
            env["res.partner"].browse(member_id),
            env.ref("giftcard_points.demo_store"),
            [(env["giftcard.reward"].browse(reward_id), 1, env["giftcard.reward.price"].browse(price_id or ()))],
            key or uuid4().hex,
            **values,
        )

    return run


def ordered(book, member_id, reward_id, approve=True, **kwargs):
    def make(env):
        redemption = submit(member_id, reward_id, **kwargs)(env)
        if approve:
            redemption._approve()
        return redemption.id

    return book.write(make)


def step(redemption_id, method, *arguments):
    return lambda env: getattr(env["giftcard.redemption"].browse(redemption_id), method)(*arguments)


def state_of(book, redemption_id):
    return book.read(lambda env: env["giftcard.redemption"].browse(redemption_id).state)


def card_of(book, member_id):
    """:return: (balance, held) of the member's points"""

    def read(env):
        card = env["res.partner"].browse(member_id)._member_card(env.ref("giftcard_points.demo_points_program"))
        return card.balance, card.held

    return book.read(read)


def stock_of(book, reward_id):
    """:return: (quantity, reserved)"""

    def read(env):
        store = env.ref("giftcard_points.demo_store")
        product = env["giftcard.reward"].browse(reward_id).product_id
        quants = env["stock.quant"]._gather(product, store.warehouse_id.lot_stock_id)
        return sum(quants.mapped("quantity")), sum(quants.mapped("reserved_quantity"))

    return book.read(read)


@both
def test_approve_and_cancel(book, isolation):
    reward_id, __ = new_reward(book, 10)
    [member_id] = new_members(book, 1)
    for __ in range(3):
        redemption_id = ordered(book, member_id, reward_id, approve=False)
        before = card_of(book, member_id)[0]
        answers = book.race(
            *[step(redemption_id, "_approve"), step(redemption_id, "_reject", "no")] * 4, isolation=isolation
        )
        assert Counter(answers) == {"done": 1, "illegal_transition": 7}
        state, (balance, held) = state_of(book, redemption_id), card_of(book, member_id)
        assert (state, balance - before, held) in {("ready", -10, 0), ("rejected", 0, 0)}


@both
def test_the_last_pieces(book, isolation):
    reward_id, __ = new_reward(book, 5)
    members = new_members(book, PROCESSES)
    answers = book.race(*[submit(member_id, reward_id) for member_id in members], isolation=isolation)
    assert Counter(answers) == {"done": 5, "out_of_stock": PROCESSES - 5}
    assert stock_of(book, reward_id) == (5, 5)


@both
def test_the_last_of_a_quota(book, isolation):
    reward_id, __ = new_reward(book, 100, quota=5)
    members = new_members(book, PROCESSES)
    answers = book.race(*[submit(member_id, reward_id) for member_id in members], isolation=isolation)
    assert Counter(answers) == {"done": 5, "limit_reached": PROCESSES - 5}
    assert stock_of(book, reward_id) == (100, 5)


@both
def test_promises_and_native_reservations(book, isolation):
    reward_id, __ = new_reward(book, 6)
    members = new_members(book, 8)

    def reserve(env):
        store = env.ref("giftcard_points.demo_store")
        move = env["stock.move"].create(
            {
                "product_id": env["giftcard.reward"].browse(reward_id).product_id.id,
                "product_uom_qty": 1,
                "location_id": store.warehouse_id.lot_stock_id.id,
                "location_dest_id": env.ref("stock.stock_location_customers").id,
            }
        )
        move._action_confirm()
        move._action_assign()

    # Native code is written for REPEATABLE READ, where Odoo retries it.
    answers = book.race(*[submit(member_id, reward_id) for member_id in members], *[reserve] * 8)
    assert set(answers) <= {"done", "out_of_stock"}, answers
    quantity, reserved = stock_of(book, reward_id)
    assert quantity == 6
    assert reserved <= 6


@both
def test_one_list_is_submitted_once(book, isolation):
    reward_id, __ = new_reward(book, 100)
    [member_id] = new_members(book, 1)

    def fill(env):
        draft = env["giftcard.redemption"]._draft(env["res.partner"].browse(member_id), env.company)
        draft._set_item(env["giftcard.reward"].browse(reward_id), 2)
        return draft.id

    draft_id = book.write(fill)

    def send(env):
        draft = env["giftcard.redemption"].browse(draft_id)
        return draft._submit_draft(env.ref("giftcard_points.demo_store"), uuid4().hex)

    answers = book.race(*[send] * 8, isolation=isolation)
    assert Counter(answers) == {"done": 1, "illegal_transition": 7}
    assert card_of(book, member_id) == (1000, 20)


@both
def test_payment_and_timeout(book, isolation):
    reward_id, price_id = new_reward(book, 10, cash=6)
    [member_id] = new_members(book, 1)
    for __ in range(3):
        redemption_id = ordered(book, member_id, reward_id, approve=False, price_id=price_id)
        transactions = book.write(lambda env, number=redemption_id: _transactions(env, number))

        def pay(transaction_id):
            return lambda env: env["payment.transaction"].browse(transaction_id)._set_done()

        def give_up(env, number=redemption_id):
            env["giftcard.redemption"].browse(number)._undo("expired", "Not paid in time")

        answers = book.race(give_up, *map(pay, transactions), isolation=isolation)
        assert answers[1:] == ["done"] * len(transactions)
        state, owed, paid = book.read(lambda env, number=redemption_id: _money(env, number))
        # All money has come; what did not pay the order is owed back.
        assert (state, answers[0]) in {("expired", "done"), ("to_review", "illegal_transition")}
        assert owed + paid == 6 * len(transactions)
        assert paid == (6 if state == "to_review" else 0)


def _transactions(env, redemption_id):
    provider = env["payment.provider"].search([("code", "=", "none")], limit=1).copy({"state": "test"})
    method = env.ref("payment.payment_method_unknown")
    redemption = env["giftcard.redemption"].browse(redemption_id)
    return [redemption._create_transaction(provider, method).id for __ in range(3)]


def _money(env, redemption_id):
    redemption = env["giftcard.redemption"].browse(redemption_id)
    return (
        redemption.state,
        sum(redemption.refund_ids.mapped("amount")),
        redemption.transaction_id.amount if redemption.transaction_id else 0,
    )


@both
def test_return_and_return(book, isolation):
    reward_id, __ = new_reward(book, 10)
    [member_id] = new_members(book, 1)
    redemption_id = ordered(book, member_id, reward_id)

    def hand_over(env):
        redemption = env["giftcard.redemption"].browse(redemption_id)
        env["giftcard.pickup.code"]._hand_over(redemption.pickup_code_id.digits, redemption.store_id)
        assert redemption.state == "done"
        wizards = []
        for __ in range(4):
            wizard = (
                env["stock.return.picking"]
                .with_context(active_id=redemption.picking_ids.id)
                .create({"picking_id": redemption.picking_ids.id})
            )
            wizard.product_return_moves.quantity = 1
            wizards.append(wizard.action_create_returns()["res_id"])
        return wizards

    returns = book.write(hand_over)

    def bring_back(picking_id):
        def run(env):
            picking = env["stock.picking"].browse(picking_id)
            picking.move_ids.quantity = 1
            picking.move_ids.picked = True
            picking.with_context(skip_sms=True, skip_backorder=True).button_validate()

        return run

    answers = book.race(*map(bring_back, returns), isolation=isolation)
    assert Counter(answers) == {"done": 1, "illegal_transition": 3}
    assert card_of(book, member_id) == (1000, 0)
    assert state_of(book, redemption_id) == "returned"


@both
def test_the_job_and_the_handover(book, isolation):
    reward_id, __ = new_reward(book, 10)
    [member_id] = new_members(book, 1)

    def approve_later(env):
        redemption = submit(member_id, reward_id)(env)
        redemption.with_context(giftcard_later=True)._approve()
        return redemption.id

    redemption_id = book.write(approve_later)
    answers = book.race(*[step(redemption_id, "_make_transfers")] * 6, isolation=isolation)
    assert set(answers) == {"done"}
    pickings = book.read(lambda env: len(env["giftcard.redemption"].browse(redemption_id).picking_ids))
    assert pickings == 1
    assert stock_of(book, reward_id) == (10, 1)


# The API asks in READ COMMITTED.
@pytest.mark.parametrize("isolation", [READ_COMMITTED])
def test_a_burst_for_few_pieces(book, isolation):
    """1,000 requests for 100 pieces by 16 processes: 100 orders; all others are told that there are none left."""
    reward_id, __ = new_reward(book, 100)
    members = new_members(book, 100)

    def ask(number):
        def run(env):
            from odoo.addons.giftcard_points.exceptions import LedgerError

            answers = Counter()
            for index in range(number, 1000, PROCESSES):
                try:
                    submit(members[index % 100], reward_id)(env)
                    env.cr.commit()
                    answers["done"] += 1
                except LedgerError as refusal:
                    env.cr.rollback()
                    answers[refusal.code] += 1
                env.cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            assert set(answers) <= {"done", "out_of_stock"}, answers

        return run

    answers = book.race(*[ask(number) for number in range(PROCESSES)], isolation=isolation)
    assert set(answers) == {"done"}, answers
    assert stock_of(book, reward_id) == (100, 100)
    count = book.read(lambda env: env["giftcard.redemption"].search_count([("line_ids.reward_id", "=", reward_id)]))
    assert count == 100
    book.write(lambda env: env["giftcard.redemption"].search([("line_ids.reward_id", "=", reward_id)])._approve())
    assert stock_of(book, reward_id) == (100, 100)
