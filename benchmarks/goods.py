"""Redemptions, a burst for few pieces, and the counter, beside what stock Odoo does with its transfers."""

import random
from uuid import uuid4

from .figure import Figure
from .processes import PROCESSES, committed, drain, rate

PRODUCTS = 1_000
MEMBERS = 1_000
REQUESTS, CROWD, PIECES = 1_000, 16, 100
HANDOVERS = 500
LOOKS = 4_000
PLENTY = 1_000_000


def measure(suite, stock):
    """
    :param suite: database with the suite
    :param stock: database of stock Odoo
    """
    rewards = committed(suite, _rewards, [PLENTY] * PRODUCTS)
    members = committed(suite, _members)
    products = committed(stock, lambda env: _products(env, _warehouse(env), [PLENTY] * PRODUCTS).ids)
    wishes = _wishes(members, rewards, MEMBERS * 10)
    # Fills the caches that processes inherit, which would count in a short run.
    committed(suite, _redeem, wishes[0])
    committed(stock, _transfer, products[0])
    redeemed = rate(suite, _redeem, wishes)
    transferred = rate(stock, _transfer, products)
    yield Figure("redemption with key, hold, promise | stock transfer", redeemed.rate, transferred.rate, goal=3)
    yield _burst(suite, members, wishes)
    yield from _counter(suite, stock, wishes, products)
    assert committed(suite, lambda env: env["giftcard.ledger"]._check_invariants()) == []


def _burst(suite, members, wishes):
    """As many requests by as many processes: for few pieces of one reward, and for any of rewards without end."""
    scarce = committed(suite, _rewards, [PIECES])
    burst = drain(suite, _redeem, _wishes(members, scarce, REQUESTS), CROWD)
    assert burst.answers == {"to_review": PIECES, "out_of_stock": REQUESTS - PIECES}, burst.answers
    assert committed(suite, _stock_of, scarce) == (PIECES, PIECES)
    plenty = drain(suite, _redeem, wishes[:REQUESTS], CROWD)
    assert plenty.answers == {"to_review": REQUESTS}, plenty.answers
    return Figure("1,000 requests for 100 pieces | unlimited rewards", burst.rate, plenty.rate, goal=0.7)


def _counter(suite, stock, wishes, products):
    """A clerk in each process, as in a shop; what they look at, and hand over, is ready."""
    codes = committed(suite, _ready, wishes[:HANDOVERS])
    pickings = committed(stock, _pickings, random.Random(0).choices(products, k=HANDOVERS))
    looks = drain(suite, _verify, _repeated(codes, LOOKS))
    assert looks.answers == {"ready": LOOKS}, looks.answers
    reads = drain(stock, _read, _repeated(pickings, LOOKS))
    yield Figure("verify a pickup code, logged | read a transfer", looks.rate, reads.rate)
    handed = drain(suite, _hand_over, codes)
    assert handed.answers == {"handed_over": HANDOVERS}, handed.answers
    validated = drain(stock, _validate, pickings)
    assert validated.answers == {"done": HANDOVERS}, validated.answers
    yield Figure("hand over against a code | validate a transfer", handed.rate, validated.rate)


# What there is


def _warehouse(env):
    return env.ref("stock.warehouse0")


def _store(env):
    return env.ref("giftcard_points.demo_store")


def _products(env, warehouse, stocks):
    """:return: new ``product.product``, of each so many pieces in the warehouse"""
    products = env["product.product"].create(
        [{"name": f"Reward {uuid4().hex[:6]}", "type": "consu", "is_storable": True} for __ in stocks]
    )
    for product, pieces in zip(products, stocks, strict=True):
        env["stock.quant"]._update_available_quantity(product, warehouse.lot_stock_id, pieces)
    return products


def _rewards(env, stocks):
    """:return: ids of new rewards of one point, which wait for a reviewer once they are redeemed"""
    store = _store(env)
    store.company_id.write({"giftcard_approve_pickup": False, "giftcard_approve_points": 0})
    values = {
        "program_id": env.ref("giftcard_points.demo_points_program").id,
        "points_price": 1,
        "published": True,
    }
    products = _products(env, store.warehouse_id, stocks)
    return env["giftcard.reward"].create([values | {"product_id": product.id} for product in products]).ids


def _members(env):
    from odoo.addons.giftcard_points.models.ledger.act import Act
    from odoo.addons.giftcard_points.models.ledger.giftcard_ledger import Grant

    members = env["res.partner"].create([{"name": f"Member {number}"} for number in range(MEMBERS)])
    members._join("backoffice")
    program = env.ref("giftcard_points.demo_points_program")
    cards = [member._member_card(program) for member in members]
    env["giftcard.ledger"]._grant_many([Grant(Act("earn"), card.id, PLENTY, "earned") for card in cards])
    return members.ids


def _wishes(members, rewards, count):
    """:return: list of (member id, reward id)"""
    dice = random.Random(count)
    return list(zip(dice.choices(members, k=count), dice.choices(rewards, k=count), strict=True))


def _stock_of(env, rewards):
    """:return: (pieces there, pieces reserved)"""
    products = env["giftcard.reward"].browse(rewards).product_id
    quants = env["stock.quant"].search(
        [("product_id", "in", products.ids), ("location_id", "=", _store(env).warehouse_id.lot_stock_id.id)]
    )
    return sum(quants.mapped("quantity")), sum(quants.mapped("reserved_quantity"))


def _ready(env, wishes):
    """:return: list of (digits, clerk id) of redemptions that wait in the store, transfers made"""
    store, redemptions = _store(env), env["giftcard.redemption"]
    clerks = env["res.users"].create(
        [
            {
                "name": f"Clerk {number}",
                "login": f"bench-clerk-{number}",
                "group_ids": [env.ref("giftcard_pickup.group_clerk").id],
            }
            for number in range(PROCESSES)
        ]
    )
    store.user_ids |= clerks
    for wish in wishes:
        redemptions |= _submit(env, wish)
    redemptions._approve()
    assert len(redemptions.picking_ids) == len(wishes)
    return [(code.digits, clerks[number % PROCESSES].id) for number, code in enumerate(redemptions.pickup_code_ids)]


def _pickings(env, products):
    """:return: ids of transfers, reserved"""
    return [_deliver(env, product_id).id for product_id in products]


def _repeated(items, count):
    return [items[number % len(items)] for number in range(count)]


# What is measured


def _submit(env, wish):
    member_id, reward_id = wish
    return env["giftcard.redemption"]._submit(
        env["res.partner"].browse(member_id),
        _store(env),
        [(env["giftcard.reward"].browse(reward_id), 1)],
        uuid4().hex,
    )


def _redeem(env, wish):
    """As the API does; a job makes the transfer later, see ``docs/order.md``.

    :return: the state of the redemption, or the code of the refusal
    """
    from odoo.addons.giftcard_points.exceptions import LedgerError

    env.cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
    try:
        return _submit(env, wish).state
    except LedgerError as refusal:
        env.cr.rollback()
        return refusal.code


def _deliver(env, product_id):
    """:return: a transfer to the customers, which reserves when it is confirmed"""
    warehouse, product = _warehouse(env), env["product.product"].browse(product_id)
    places = {
        "location_id": warehouse.lot_stock_id.id,
        "location_dest_id": env.ref("stock.stock_location_customers").id,
    }
    move = {"product_id": product.id, "product_uom_qty": 1, "product_uom": product.uom_id.id, **places}
    picking = env["stock.picking"].create(
        {"picking_type_id": warehouse.out_type_id.id, "move_ids": [(0, 0, move)], **places}
    )
    picking.action_confirm()
    assert picking.state == "assigned"
    return picking


def _transfer(env, product_id):
    _deliver(env, product_id)


def _verify(env, item):
    digits, clerk_id = item
    return env["giftcard.pickup.code"].with_user(clerk_id)._verify(digits, _store(env))["result"]


def _hand_over(env, item):
    digits, clerk_id = item
    return env["giftcard.pickup.code"].with_user(clerk_id)._hand_over(digits, _store(env), key=uuid4().hex)["result"]


def _read(env, picking_id):
    picking = env["stock.picking"].browse(picking_id)
    picking.read(["name", "state", "partner_id", "scheduled_date"])
    picking.move_ids.read(["product_id", "product_uom_qty", "quantity"])


def _validate(env, picking_id):
    picking = env["stock.picking"].browse(picking_id)
    picking.with_context(skip_backorder=True, skip_sms=True).button_validate()
    return picking.state
