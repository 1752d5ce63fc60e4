"""All purchases of the file through the set-based earning, beside stock Odoo's way for each."""

from decimal import Decimal

from demo import cdnow

from .figure import Clock, Figure
from .session import environment

CHUNK = 10_000
SAMPLE = 2_000


def measure(suite, stock):
    """
    :param suite: database with the suite
    :param stock: database of stock Odoo
    """
    purchases = cdnow.purchases()
    with environment(suite) as env:
        ours = _earn(env, purchases)
    with environment(stock) as env:
        reference = _stock_write(env, purchases[:SAMPLE])
    yield Figure("earn all 69,659 purchases | points += and history", ours, reference, goal=20)


def _earn(env, purchases):
    from odoo.addons.giftcard_points.models.ledger.act import Act
    from odoo.addons.giftcard_points.models.ledger.giftcard_ledger import Grant

    program = env.ref("giftcard_points.demo_points_program")
    per_unit = Decimal(str(program.rule_ids.reward_point_amount))
    customers = sorted({purchase.customer for purchase in purchases})
    partners = env["res.partner"].create([{"name": f"Customer {customer}"} for customer in customers])
    cards = env["loyalty.card"].create([{"partner_id": partner.id, "program_id": program.id} for partner in partners])
    card_ids = dict(zip(customers, cards.ids, strict=True))
    env.cr.commit()

    clock, ledger = Clock(), env["giftcard.ledger"]
    grants = [
        Grant(Act("earn", key=purchase.uuid), card_ids[purchase.customer], purchase.amount * per_unit, "earned")
        for purchase in purchases
        if purchase.amount
    ]
    with clock.running():
        for start in range(0, len(grants), CHUNK):
            ledger._grant_many(grants[start : start + CHUNK])
            env.cr.commit()

    expected = cdnow.points(purchases, per_unit)
    cards.invalidate_recordset()
    balances = dict(zip(customers, cards.mapped("balance"), strict=True))
    assert all(Decimal(str(balances[customer])) == expected[customer] for customer in customers)
    assert not ledger._check_invariants()
    print(f"  {len(grants):,} grants to {len(customers):,} members; each balance equals the file's")
    return len(grants) / clock.seconds


def _stock_write(env, purchases):
    program = env["loyalty.program"].create(
        {
            "name": "Points",
            "program_type": "loyalty",
            "applies_on": "both",
            "trigger": "auto",
            "rule_ids": [(0, 0, {"reward_point_amount": 100, "reward_point_mode": "money"})],
            "reward_ids": [(0, 0, {"required_points": 1000, "discount": 5})],
        }
    )
    customers = sorted({purchase.customer for purchase in purchases})
    partners = env["res.partner"].create([{"name": f"Customer {customer}"} for customer in customers])
    cards = env["loyalty.card"].create([{"partner_id": partner.id, "program_id": program.id} for partner in partners])
    card_ids = dict(zip(customers, cards.ids, strict=True))
    env.cr.commit()
    clock = Clock()
    with clock.running():
        for purchase in purchases:
            # By itself, as a till reads it: not with all others prefetched.
            card = env["loyalty.card"].browse(card_ids[purchase.customer])
            points = float(purchase.amount * 100)
            card.points += points
            env["loyalty.history"].create({"card_id": card.id, "description": "Purchase", "issued": points, "used": 0})
            env.cr.commit()
    return len(purchases) / clock.seconds
