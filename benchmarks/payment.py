"""Payments of cards by several processes at once, and how they fare as the ledger grows."""

from . import history
from .figure import Figure
from .processes import committed, rate

CARDS = 1_000
SMALL, LARGE = 10_000, 10_000_000


def measure(suite, stock):
    cards = committed(suite, _cards)
    many = rate(suite, _pay, cards)
    hot = rate(suite, _pay, cards[:1])
    native = rate(stock, _pay_natively, committed(stock, _stock_cards))
    yield Figure("payment, any of 1,000 cards | stock card write", many.rate, native.rate, goal=3)
    yield Figure("payment, one hot card | any card", hot.rate, many.rate, goal=0.7)
    yield Figure("hot card: 10 x median | 99th percentile, per s", 1 / hot.p99, 0.1 / hot.median, goal=1)
    small = _grown(suite, SMALL)
    large = _grown(suite, LARGE)
    yield Figure("payment with 10 million entries | 10 thousand", large[0].rate, small[0].rate, goal=1 / 1.2)
    yield Figure("balance with 10 million entries | 10 thousand", large[1].rate, small[1].rate, goal=1 / 1.2)


def _grown(database, entries):
    cards = committed(database, history.grow, entries)
    return rate(database, _pay, cards), rate(database, _read, cards)


def _cards(env):
    program = env.ref("loyalty.gift_card_program")
    cards = env["loyalty.card"].create([{"program_id": program.id} for __ in range(CARDS)])
    ledger = env["giftcard.ledger"]
    from odoo.addons.giftcard_points.models.ledger.act import Act
    from odoo.addons.giftcard_points.models.ledger.giftcard_ledger import Grant

    ledger._grant_many([Grant(Act("issue"), card.id, 1_000_000, "paid") for card in cards])
    return cards.ids


def _stock_cards(env):
    program = env["loyalty.program"].search([("program_type", "=", "gift_card")], limit=1)
    if not program:
        program = env["loyalty.program"].create({"name": "Gift card", "program_type": "gift_card"})
    return env["loyalty.card"].create([{"program_id": program.id, "points": 1_000_000} for __ in range(CARDS)]).ids


def _pay(env, card_id):
    from odoo.addons.giftcard_points.models.ledger.act import Act

    env.cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
    env["giftcard.ledger"]._spend(Act("spend"), env["loyalty.card"].browse(card_id), 1)


def _pay_natively(env, card_id):
    card = env["loyalty.card"].browse(card_id)
    card.points -= 1
    env["loyalty.history"].create({"card_id": card.id, "description": "Payment", "issued": 0, "used": 1})


def _read(env, card_id):
    card = env["loyalty.card"].browse(card_id)
    assert card.balance >= 0
    env["giftcard.entry"].search_read([("card_id", "=", card_id)], ["date", "amount", "balance"], limit=20)
