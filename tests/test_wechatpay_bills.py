"""WeChat Pay's bill of a day against the payments here, fetched over its own protocol."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes.wechatpay_bill import BEIJING
from tests.merchant import PROVIDER, one_merchant, open_merchants

DAY = (datetime.now(BEIJING) - timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture(scope="module")
def merchants():
    with open_merchants("wechatpaybills") as merchants:
        yield merchants


@pytest.fixture
def merchant(merchants):
    with one_merchant(merchants) as merchant:

        def forget(env):
            env["giftcard.wechatpay.bill"].search([]).unlink()
            env["payment.transaction"].search([]).write({"wechatpay_paid_at": False, "wechatpay_sent_at": False})

        merchant.book.write(forget)
        yield merchant


def yesterday(merchant, reference):
    """Let a payment or refund have been made yesterday, for WeChat Pay and for us."""
    pay = merchant.pay
    for found, name in ((pay.orders.get(reference), "success_time"), (pay.refunds.get(reference), "created")):
        if found:
            found[name] = DAY
    moment = DAY.astimezone(UTC).replace(tzinfo=None)
    merchant.on(reference, lambda tx: tx.write({"wechatpay_paid_at": moment, "wechatpay_sent_at": moment}))
    return reference


def fetch(merchant):
    """:return: (state, message, differences as (kind, number)) of yesterday's bill, fetched now"""

    def run(env):
        bills = env["giftcard.wechatpay.bill"]
        values = {"provider_id": env.ref(PROVIDER).id, "date": DAY.date()}
        bill = bills.search([("date", "=", DAY.date())]) or bills.create(values)
        bill._fetch()
        open_ones = bill.difference_ids.filtered(lambda difference: not difference.resolved)
        return bill.state, bill.message, sorted((difference.kind, difference.number) for difference in open_ones)

    return merchant.book.write(run)


def on_bill(merchant, function):
    return merchant.book.write(lambda env: function(env["giftcard.wechatpay.bill"].search([("date", "=", DAY.date())])))


def test_a_day_that_matches(merchant):
    references = [yesterday(merchant, merchant.paid(amount)) for amount in (10, 20.5)]
    refund = merchant.refund(references[0], 3)
    merchant.cron()
    merchant.pay.finish_refund(refund)
    merchant.pay.deliver(merchant.pay.refund_message(refund))
    yesterday(merchant, refund)
    assert fetch(merchant) == ("matched", False, [])
    totals = on_bill(merchant, lambda bill: (bill.payments, bill.refunds, len(bill.line_ids)))
    assert totals == (30.5, 3, 3)
    assert fetch(merchant) == ("matched", False, []), "fetching again changes nothing"
    assert on_bill(merchant, lambda bill: len(bill.line_ids)) == 3


def test_a_day_without_sales(merchant):
    assert fetch(merchant) == ("matched", False, [])


def test_each_kind_of_difference(merchant):
    pay = merchant.pay
    unknown, unsettled, amount, missing = (merchant.paid(10) for __ in range(4))
    for reference in (unknown, unsettled, amount, missing):
        yesterday(merchant, reference)
    merchant.on(unknown, lambda tx: tx.write({"reference": f"{unknown}-x", "wechatpay_paid_at": False}))
    merchant.on(unsettled, lambda tx: tx.write({"state": "cancel"}))
    pay.orders[amount]["total"] = 999
    del pay.orders[missing]["transaction_id"]
    state, __, differences = fetch(merchant)
    expected = [("amount", amount), ("missing", missing), ("state", unsettled), ("unknown", unknown)]
    assert (state, differences) == ("differing", sorted(expected))

    # Asking WeChat Pay mends what was only not known here.
    def ask(bill):
        bill.difference_ids.filtered(lambda difference: difference.kind == "state").action_ask()

    on_bill(merchant, ask)
    assert merchant.state(unsettled) == "done"
    assert ("state", unsettled) not in fetch(merchant)[2]


def test_what_was_explained_stays_explained(merchant):
    from odoo.exceptions import UserError

    reference = yesterday(merchant, merchant.paid(10))
    del merchant.pay.orders[reference]["transaction_id"]
    assert fetch(merchant)[0] == "differing"
    with pytest.raises(UserError):
        on_bill(merchant, lambda bill: bill.difference_ids.action_resolve())
    on_bill(merchant, lambda bill: bill.difference_ids.write({"note": "moved to the next day by WeChat Pay"}))
    on_bill(merchant, lambda bill: bill.difference_ids.action_resolve())
    assert on_bill(merchant, lambda bill: bill.state) == "matched"
    on_bill(merchant, lambda bill: bill.action_reconcile())
    assert fetch(merchant) == ("matched", False, [])
    assert on_bill(merchant, lambda bill: len(bill.difference_ids)) == 1


def test_a_file_that_is_not_the_announced_one(merchant):
    yesterday(merchant, merchant.paid(10))
    content = merchant.pay.bill_content(DAY.date().isoformat())
    for wrong in (content.replace(b"10.00", b"11.00"), b"no bill"):
        file = merchant.pay.bill_file
        merchant.pay.bill_file = lambda token, wrong=wrong: gzip.compress(wrong)
        state, message, __ = fetch(merchant)
        merchant.pay.bill_file = file
        assert (state, message) == ("failed", "the file is not the one that was announced")
    merchant.pay.bill_file = lambda token: b"not zipped"
    assert fetch(merchant)[:2] == ("failed", "the file cannot be unzipped")
    del merchant.pay.bill_file
    assert fetch(merchant) == ("matched", False, [])


def test_the_cron_fetches_the_days_that_are_missing(merchant):
    yesterday(merchant, merchant.paid(10))

    def run(env):
        env.ref(PROVIDER).state = "enabled"
        env.cr.execute("UPDATE payment_provider SET create_date = create_date - interval '3 days'")
        env.invalidate_all()
        env["giftcard.wechatpay.bill"]._cron_fetch()
        bills = env["giftcard.wechatpay.bill"].search([])
        states = {str(bill.date): bill.state for bill in bills}
        calls = len(merchant.calls("/bill/tradebill"))
        env["giftcard.wechatpay.bill"]._cron_fetch()
        env.ref(PROVIDER).state = "test"
        return states, calls

    states, calls = merchant.book.write(run)
    assert set(states.values()) == {"matched"}
    assert calls == len(states) >= 3
    assert len(merchant.calls("/bill/tradebill")) == calls, "what was fetched is not fetched again"
    now = datetime.now(BEIJING)
    # A day's bill is there from ten in the morning of the next.
    last = now - timedelta(days=1 if now.hour >= 10 else 2)
    assert max(states) == last.date().isoformat()


def test_a_bill_that_is_not_ready(merchant):
    merchant.pay.fail_next("/bill/tradebill", 400, "STATEMENT_CREATING")
    assert fetch(merchant)[0] == "waiting"
    assert fetch(merchant)[0] == "matched"
