"""Bulk work: a million paper cards issued, a million lots expired."""

from datetime import timedelta

from odoo.tools import SQL

from .figure import Clock, Figure
from .session import environment

COUNT = 1_000_000
CHUNK = 10_000
#: What is asked for, per second.
ISSUED, EXPIRED = 20_000, 50_000


def measure(suite, stock):
    with environment(suite) as env:
        yield Figure("issue 1,000,000 cards | 20,000 a second", _issue(env), ISSUED, goal=1)
        yield Figure("expire 1,000,000 lots | 50,000 a second", _expire(env), EXPIRED, goal=1)


def _issue(env):
    batch = env["giftcard.batch"].create(
        {"name": "Benchmark", "program_id": env.ref("loyalty.gift_card_program").id, "value": 100, "quantity": COUNT}
    )
    batch.action_generate()
    env.cr.commit()
    clock = Clock()
    with clock.running():
        while batch._generate_chunk():
            env.cr.commit()
    assert batch.generated_count == COUNT
    return COUNT / clock.seconds


def _expire(env):
    """Lots that end today, on a thousand cards each, expire tomorrow."""
    from odoo.addons.giftcard_points.models.ledger.act import Act
    from odoo.addons.giftcard_points.models.ledger.giftcard_ledger import Grant

    ledger, program = env["giftcard.ledger"], env.ref("giftcard_points.demo_points_program")
    today = ledger._today(env.company)
    cards = env["loyalty.card"].with_context(loyalty_no_mail=True)
    for __ in range(COUNT // CHUNK):
        made = cards.create([{"program_id": program.id}] * (CHUNK // 10))
        ledger._grant_many([Grant(Act("earn"), card.id, 1, "earned", today) for card in made for __ in range(10)])
        env.cr.commit()
        env.invalidate_all()
    tomorrow, clock = today + timedelta(1), Clock()
    with clock.running():
        while due := ledger._due(env.company, tomorrow, 5_000):
            ledger._expire_cards(due, tomorrow)
            env.cr.commit()
    [(left,)] = env.execute_query(
        SQL("SELECT COUNT(*) FROM giftcard_lot WHERE remaining > 0 AND expires_on <= %s", today)
    )
    assert left == 0
    return COUNT / clock.seconds
