"""Real processes that pay in stores: cards and provider together or not at all, each code, demand and refund once."""

from collections import Counter
from itertools import count

import pytest

from suite import harness
from tests.fakes.wechatpay import FakeWechatPay
from tests.merchant import PROVIDER
from tests.processes import READ_COMMITTED, REPEATABLE_READ, Book, act, new_member

pytestmark = pytest.mark.parametrize("isolation", [READ_COMMITTED, REPEATABLE_READ])
PROCESSES = 4
_numbers = count(1)


@pytest.fixture(scope="module")
def book():
    with harness.fresh_database("wallet-races") as database:
        book = Book(database)
        book.write(sell_in_yuan)
        yield book


def sell_in_yuan(env):
    """WeChat Pay takes nothing else; that the demo has booked in another currency is none of these tests' business."""
    yuan = env.ref("base.CNY")
    yuan.active = True
    env.flush_all()
    env.cr.execute("UPDATE res_company SET currency_id = %s WHERE id = %s", (yuan.id, env.company.id))
    env.invalidate_all()
    env["loyalty.program"].search([]).currency_id = yuan
    with FakeWechatPay() as pay:
        env.ref(PROVIDER).write(
            {**pay.provider_values(), "wechatpay_mchid": "1900000001", "wechatpay_appid": "wx1", "state": "test"}
        )


def store_of(env):
    return env.ref("giftcard_points.demo_store")


def new_wallet(book, amount):
    """:return: (member id, wallet id)"""
    member_id = new_member(book)

    def load(env):
        wallet = env["res.partner"].browse(member_id)._member_card(env.ref("giftcard_points.demo_wallet_program"))
        env["giftcard.ledger"]._grant(act("adjust"), wallet, amount)
        return wallet.id

    return member_id, book.write(load)


def wallet_of(book, wallet_id):
    """:return: (balance, held)"""
    return book.read(
        lambda env: (env["loyalty.card"].browse(wallet_id).balance, env["loyalty.card"].browse(wallet_id).held)
    )


def combined(book, wallet_amount=60, amount=100):
    """:return: (payment id, wallet id) of a payment whose rest WeChat Pay is asked for"""
    member_id, wallet_id = new_wallet(book, wallet_amount)

    def begin(env):
        member, wallet = env["res.partner"].browse(member_id), env["loyalty.card"].browse(wallet_id)
        payment = env["giftcard.store.payment"]._pay_store(member, store_of(env), amount, wallet, with_rest=True)
        tx = payment._begin_payment(
            env.ref(PROVIDER), member, payment._rest(), payment.currency_id, giftcard_method="wechat_jsapi"
        )
        tx.write({"wechatpay_appid": "wx1", "wechatpay_trade_type": "jsapi", "wechatpay_sent_at": "2026-01-01"})
        tx._set_pending()
        return payment.id

    return book.write(begin), wallet_id


def word(payment_id, state):
    """:return: act that takes WeChat Pay's word about the rest of a payment"""

    def take(env):
        tx = env["giftcard.store.payment"].browse(payment_id).transaction_id
        tx._wechatpay_take(
            {
                "mchid": "1900000001",
                "appid": "wx1",
                "out_trade_no": tx.reference,
                "transaction_id": "42",
                "trade_state": state,
                "amount": {"total": round(tx.amount * 100), "currency": "CNY"},
            }
        )

    return take


def closes(payment_id):
    """:return: act of the job that found the order closed"""

    def close(env):
        tx = env["giftcard.store.payment"].browse(payment_id).transaction_id
        tx._wechatpay_lock()
        if tx.state in ("draft", "pending"):
            tx._wechatpay_closed()

    return close


def outcome(book, payment_id, wallet_id):
    """:return: (state, balance and hold of the wallet, what goes back of the provider's part)"""
    state, back = book.read(
        lambda env: (
            env["giftcard.store.payment"]
            .browse(payment_id)
            .mapped(lambda payment: (payment.state, payment.transaction_id._given_back()))[0]
        )
    )
    return state, wallet_of(book, wallet_id), back


def test_callback_and_query_at_once(book, isolation):
    payment_id, wallet_id = combined(book)
    words = [word(payment_id, "SUCCESS")] * PROCESSES
    assert Counter(book.race(*words, isolation=isolation)) == {"done": PROCESSES}
    assert outcome(book, payment_id, wallet_id) == ("paid", (0, 0), 0)


def test_callback_query_and_close_at_once(book, isolation):
    """Whoever comes first: paid as a whole, or nothing taken and the money on its way back."""
    for __ in range(3):
        payment_id, wallet_id = combined(book)
        paid = word(payment_id, "SUCCESS")
        answers = book.race(paid, closes(payment_id), paid, closes(payment_id), isolation=isolation)
        assert Counter(answers) == {"done": 4}, answers
        assert outcome(book, payment_id, wallet_id) in (("paid", (0, 0), 0), ("cancelled", (60, 0), 40))


def test_close_and_close(book, isolation):
    payment_id, wallet_id = combined(book)
    answers = book.race(*[closes(payment_id), word(payment_id, "CLOSED")] * 2, isolation=isolation)
    assert Counter(answers) == {"done": 4}, answers
    assert outcome(book, payment_id, wallet_id) == ("cancelled", (60, 0), 0)


def test_the_time_is_over_while_it_is_paid(book, isolation):
    payment_id, wallet_id = combined(book)

    def give_up(env):
        env["giftcard.store.payment"].browse(payment_id)._close()

    answers = book.race(give_up, word(payment_id, "SUCCESS"), give_up, isolation=isolation)
    assert Counter(answers) == {"done": 3}, answers
    assert outcome(book, payment_id, wallet_id) == ("paid", (0, 0), 0), "giving up does not undo what is paid"


def test_one_of_several_members_pays_what_a_clerk_asks_for(book, isolation):
    wallets = [new_wallet(book, 50) for __ in range(PROCESSES)]
    token = book.write(lambda env: env["giftcard.store.payment"]._ask(store_of(env), 30).token)

    def pays(member_id, wallet_id):
        def pay(env):
            member, wallet = env["res.partner"].browse(member_id), env["loyalty.card"].browse(wallet_id)
            env["giftcard.store.payment"]._pay_request(member, token, wallet)

        return pay

    answers = book.race(*[pays(*wallet) for wallet in wallets], isolation=isolation)
    assert Counter(answers) == {"done": 1, "request_not_open": PROCESSES - 1}, answers
    assert sorted(wallet_of(book, wallet_id)[0] for __, wallet_id in wallets) == [20] + [50] * (PROCESSES - 1)


def test_a_payment_code_pays_once(book, isolation):
    member_id, wallet_id = new_wallet(book, 100)
    code = book.write(lambda env: env["res.partner"].browse(member_id)._payment_code()["code"])
    number = next(_numbers)

    def scans(till):
        return lambda env: env["giftcard.store.payment"]._charge(store_of(env), code, 30, f"race/{number}/{till}")

    answers = book.race(*[scans(till) for till in range(PROCESSES)], isolation=isolation)
    assert Counter(answers) == {"done": 1, "code_not_accepted": PROCESSES - 1}, answers
    assert wallet_of(book, wallet_id) == (70, 0)


def test_one_call_that_comes_several_times(book, isolation):
    member_id, wallet_id = new_wallet(book, 100)
    code = book.write(lambda env: env["res.partner"].browse(member_id)._payment_code()["code"])
    key = f"repeat/{next(_numbers)}"
    answers = book.race(
        *[lambda env: env["giftcard.store.payment"]._charge(store_of(env), code, 30, key)] * PROCESSES,
        isolation=isolation,
    )
    assert "done" in answers, answers
    assert set(answers) <= {"done", "code_not_accepted"}, answers
    assert wallet_of(book, wallet_id) == (70, 0)


def test_refunds_never_exceed_the_payment(book, isolation):
    member_id, wallet_id = new_wallet(book, 100)

    def pay(env):
        member, wallet = env["res.partner"].browse(member_id), env["loyalty.card"].browse(wallet_id)
        return env["giftcard.store.payment"]._pay_store(member, store_of(env), 100, wallet).id

    payment_id = book.write(pay)

    def gives(till):
        return lambda env: env["giftcard.store.payment"].browse(payment_id)._give_back(40, "Race", f"r{till}")

    answers = book.race(*[gives(till) for till in range(PROCESSES)], isolation=isolation)
    assert Counter(answers) == {"done": 2, "already_resolved": 2}, answers
    assert wallet_of(book, wallet_id) == (80, 0)


def test_a_paid_top_up_is_booked_once(book, isolation):
    member_id, wallet_id = new_wallet(book, 1)

    def order(env):
        member = env["res.partner"].browse(member_id)
        program = env.ref("giftcard_points.demo_wallet_program")
        order = env["sale.order"]._sell_top_up(member, member, program, 500)
        tx = order._begin_payment(
            env.ref(PROVIDER), member, order.amount_total, order.currency_id, giftcard_method="wechat_jsapi"
        )
        tx._set_done()
        return tx.id

    tx_id = book.write(order)
    workers = [lambda env: env["payment.transaction"].browse(tx_id)._post_process()] * PROCESSES
    assert Counter(book.race(*workers, isolation=isolation)) == {"done": PROCESSES}
    assert wallet_of(book, wallet_id) == (551, 0)
    assert book.read(lambda env: env["payment.transaction"].browse(tx_id)._given_back()) == 0
