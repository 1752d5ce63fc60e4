"""Nearby stores: a million rows beside a thousand."""

import random
import time

from odoo.tools import SQL

from .figure import Figure
from .session import environment

FEW, MANY = 1_000, 1_000_000
SEARCHES = 300
LIMIT = 20
#: Latitude, longitude and share of the stores; the rest lies anywhere in the country's box.
CITIES = ((31.23, 121.47, 0.3), (39.90, 116.40, 0.3), (23.13, 113.32, 0.2), (30.65, 104.08, 0.1))


def measure(suite, stock):
    with environment(suite) as env:
        env["giftcard.store"].search([]).active = False
        _add(env, FEW)
        few = {name: _rate(env, **filters) for name, filters in _kinds(env)}
        _add(env, MANY - FEW)
        many = {name: _rate(env, **filters) for name, filters in _kinds(env)}
    for name, rate in many.items():
        yield Figure(f"nearby{name}: 1,000,000 stores | 1,000 stores", rate, few[name], goal=0.5)


def _kinds(env):
    stores = env["giftcard.store"]
    reward = env.ref("giftcard_pickup.demo_reward_rice_cooker")
    return (
        ("", {}),
        (", open now", {"domain": [("is_open", "=", True)]}),
        (", with stock", {"domain": stores._stocked({reward: 1})}),
    )


def _add(env, count):
    """Stores as they lie: dense in cities, a third of them open round the clock, one in ten with the goods."""
    dice = random.Random(count)

    def place():
        share = dice.random()
        for latitude, longitude, part in CITIES:
            share -= part
            if share < 0:
                return latitude + dice.gauss(0, 0.15), longitude + dice.gauss(0, 0.15)
        return dice.uniform(22, 45), dice.uniform(98, 122)

    company, warehouse = env.company, env.ref("stock.warehouse0")
    places = [place() for __ in range(count)]
    for start in range(0, count, 50_000):
        latitudes, longitudes = zip(*places[start : start + 50_000], strict=True)
        env.cr.execute(
            SQL(
                """
                WITH store AS (
                    INSERT INTO giftcard_store
                           (name, code, active, company_id, latitude, longitude, tz, pickup_days, warehouse_id)
                    SELECT jsonb_build_object('en_US', 'Store ' || n), 'B' || md5(random()::text || n), TRUE, %s,
                           lat, lng, 'Asia/Shanghai', 30, CASE WHEN n %% 10 = 0 THEN %s END
                      FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS place(lat, lng, n)
                 RETURNING id
                )
                INSERT INTO giftcard_store_hours (store_id, weekday, opens, closes)
                SELECT id, day::text, 0, 24 FROM store, generate_series(0, 6) AS day WHERE id %% 3 = 0
                """,
                company.id,
                warehouse.id,
                list(latitudes),
                list(longitudes),
            )
        )
        env.cr.commit()
    env.cr._cnx.autocommit = True
    try:
        env.cr.execute("VACUUM ANALYZE giftcard_store, giftcard_store_hours")
    finally:
        env.cr._cnx.autocommit = False


def _rate(env, **filters):
    """:return: searches a second, each around another place in a city"""
    dice, stores = random.Random(1), env["giftcard.store"]
    places = [
        (latitude + dice.gauss(0, 0.1), longitude + dice.gauss(0, 0.1))
        for latitude, longitude, __ in (dice.choice(CITIES) for __ in range(SEARCHES))
    ]
    for latitude, longitude in places[:30]:
        stores._nearby(latitude, longitude, LIMIT, **filters)
    start = time.monotonic()
    for latitude, longitude in places:
        assert stores._nearby(latitude, longitude, LIMIT, **filters)
    return SEARCHES / (time.monotonic() - start)
