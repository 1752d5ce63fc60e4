"""Real processes at the till, at cash top-ups, at postings and at a member's first card: each has one effect."""

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from freezegun import freeze_time

from demo.till import Till
from suite import harness
from tests.processes import READ_COMMITTED, REPEATABLE_READ, Book, act, card_of, new_card, new_member

pytestmark = pytest.mark.parametrize("isolation", [READ_COMMITTED, REPEATABLE_READ])
PROCESSES = 4


@pytest.fixture(scope="module")
def book():
    with harness.fresh_database("value-races") as database:
        yield Book(database)


class LocalTill(Till):
    """The till of the demo data, in this process.

    :param env: ORM environment; what it opens is the caller's to commit
    """

    def __init__(self, env):
        env = self.odoo = env(user=env.ref("base.user_admin").id)
        config = env.ref("giftcard_points.demo_pos_config")
        config.open_ui()
        self.session = config.current_session_id
        if self.session.state == "opening_control":
            self.session.set_opening_control(0, "")
        self.session_id = self.session.id
        self._pricelist_id = config.pricelist_id.id
        self._cash_id = config.payment_method_ids.filtered("is_cash_count")[:1].id


def cards_of(book, member_id):
    return book.read(lambda env: env["loyalty.card"].search_count([("partner_id", "=", member_id)]))


def test_first_card_and_first_card(book, isolation):
    member_id = new_member(book)

    def card(env):
        env["res.partner"].browse(member_id)._member_card(env.ref("giftcard_points.demo_points_program"))

    assert Counter(book.race(*[card] * PROCESSES, isolation=isolation)) == {"done": PROCESSES}
    assert cards_of(book, member_id) == 1


def test_one_order_is_stored_by_many_calls(book, isolation):
    member_id = new_member(book)
    card_id = new_card(book, 100)

    def order(env):
        till = LocalTill(env)
        reward = env["loyalty.card"].browse(card_id).program_id.reward_ids[:1]
        product = env["product.product"].create({"name": "Kettle", "lst_price": 30, "available_in_pos": True})
        return till.order(
            [
                till.line(product.id, 50),
                till.line(
                    reward.discount_line_product_id.id,
                    -30,
                    is_reward_line=True,
                    reward_id=reward.id,
                    coupon_id=card_id,
                    reward_identifier_code="1",
                    points_cost=30,
                ),
            ],
            partner_id=member_id,
        )

    data = book.write(order)
    answers = book.race(*[lambda env: env["pos.order"].sync_from_ui([data])] * PROCESSES, isolation=isolation)
    # Who comes second is told of the order or that its number is taken.
    assert "done" in answers
    assert all(answer == "done" or "uuid already exists" in answer for answer in answers), answers
    orders = book.read(lambda env: env["pos.order"].search_count([("uuid", "=", data["uuid"])]))
    assert orders == 1
    assert card_of(book, card_id) == (70, 0, "active")
    earned = book.read(
        lambda env: env["giftcard.operation"].search_count(
            [("kind", "=", "earn"), ("entry_ids.card_id.partner_id", "=", member_id)]
        )
    )
    assert earned == 1


def test_one_payment_code_at_two_tills(book, isolation):
    member_id = new_member(book)
    session_id = book.write(lambda env: LocalTill(env).session_id)
    code = book.write(lambda env: env["giftcard.payment.code"]._issue(env["res.partner"].browse(member_id))["code"])

    def scan(env):
        session = env["pos.session"].browse(session_id)
        env["giftcard.payment.code"]._scan(code, session, str(uuid4()))

    answers = book.race(*[scan] * PROCESSES, isolation=isolation)
    assert Counter(answers) == {"done": 1, "code_not_accepted": PROCESSES - 1}


def test_approve_and_approve(book, isolation):
    card_id = new_card(book, 0)

    def ask(env):
        Users = env["res.users"].with_context(no_reset_password=True)
        clerk, *managers = Users.create(
            [
                {
                    "name": f"User {number}",
                    "login": uuid4().hex,
                    "group_ids": [(4, env.ref(f"giftcard_points.group_{role}").id)],
                }
                for number, role in enumerate(("officer", *["manager"] * PROCESSES))
            ]
        )
        request = env["giftcard.top.up.request"].with_user(clerk)
        request = request._ask(uuid4().hex, env["loyalty.card"].browse(card_id), 1500, "Cash")
        return request.id, [manager.id for manager in managers]

    request_id, managers = book.write(ask)

    def approve(manager):
        return lambda env: env["giftcard.top.up.request"].with_user(manager).browse(request_id).action_approve()

    answers = book.race(*map(approve, managers), isolation=isolation)
    assert Counter(answers) == {"done": 1, "already_resolved": PROCESSES - 1}
    assert card_of(book, card_id)[0] == 1500


def with_rests(book):
    """:return: (company id, two days, id of a programme in a currency without cents that half a unit moved on each)"""

    def move(env):
        env.company._giftcard_set_up_accounts()
        currency = env["res.currency"].create({"name": uuid4().hex[:3].upper(), "symbol": "x", "rounding": 1})
        program = env.ref("loyalty.gift_card_program").copy({"currency_id": currency.id, "company_id": env.company.id})
        card = env["loyalty.card"].create({"program_id": program.id})
        days = [env.company._giftcard_today() - timedelta(days=number) for number in (2, 1)]
        for day in days:
            with freeze_time(env.company._giftcard_day(day)[0] + timedelta(hours=12)):
                env["giftcard.ledger"]._grant(act("issue"), card, 0.5)
        return env.company.id, days, program.id

    return book.write(move)


def post(company_id, day):
    return lambda env: env["giftcard.posting"]._post_day(env["res.company"].browse(company_id), day)


def booked(book, program_id):
    """:return: (number of movements in postings, sum in the journal)"""

    def read(env):
        lines = env["giftcard.posting.line"].search([("program_id", "=", program_id)])
        entries = env["giftcard.posting.entry"].search_count([("entry_id.card_id.program_id", "=", program_id)])
        return entries, sum(lines.mapped("booked"))

    return book.read(read)


def test_post_and_post_one_day(book, isolation):
    company_id, (first, last), program_id = with_rests(book)
    assert Counter(book.race(*[post(company_id, first)] * PROCESSES, isolation=isolation)) == {"done": PROCESSES}
    assert booked(book, program_id) == (1, 1)
    book.write(post(company_id, last))
    assert booked(book, program_id) == (2, 1)


def test_post_and_post_two_days(book, isolation):
    company_id, (first, last), program_id = with_rests(book)
    answers = book.race(post(company_id, first), post(company_id, last), isolation=isolation)
    assert Counter(answers) == {"done": 2}
    # What a rounding leaves over is carried from one posting into the next.
    assert booked(book, program_id) == (2, 1)
