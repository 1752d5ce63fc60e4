import math
import random

from psycopg2.errors import CheckViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PickupCase


def metres(one, other):
    """Great-circle distance by the spherical law of cosines on unit vectors: another formula than the one tested."""
    vectors = [
        (math.cos(lat) * math.cos(lng), math.cos(lat) * math.sin(lng), math.sin(lat))
        for lat, lng in ((math.radians(a), math.radians(b)) for a, b in (one, other))
    ]
    return 6_371_008.8 * 2 * math.asin(min(1, math.dist(*vectors) / 2))


@tagged("post_install", "-at_install")
class TestStoreNearby(PickupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stores = cls.env["giftcard.store"]
        cls.stores.search([]).active = False

    def make(self, positions, **values):
        return self.stores.create(
            [
                {"name": f"S{n}", "code": f"S{n}", "latitude": lat, "longitude": lng, **values}
                for n, (lat, lng) in enumerate(positions)
            ]
        )

    def expected(self, stores, place, radius):
        known = [(metres((store.latitude, store.longitude), place), store) for store in stores]
        return sorted((m, store.id) for m, store in known if m <= radius)

    def assertNearby(self, stores, place, radius=50_000, limit=7):
        """All pages together are the stores within the radius, in the order of distance."""
        found, after = [], None
        while page := self.stores._nearby(*place, limit, radius, after=after):
            self.assertLessEqual(len(page), limit)
            found += [(m, store.id) for store, m in page]
            after = page[-1][1], page[-1][0].id
        expected = self.expected(stores, place, radius)
        self.assertEqual({store_id for __, store_id in found}, {store_id for __, store_id in expected}, place)
        for (ours, __), (theirs, __) in zip(found, expected, strict=True):
            self.assertAlmostEqual(ours, theirs, delta=0.01)
        return len(found)

    def test_order_by_distance(self):
        stores = self.make([(31.2363, 121.4807), (31.1955, 121.4376), (39.9349, 116.4543)])
        [(first, near), (second, far)] = self.stores._nearby(31.23, 121.47, 10)
        self.assertEqual((first, second), (stores[0], stores[1]))
        self.assertTrue(1_100 < near < 1_400 < 4_500 < far < 5_500, (near, far))

    def test_nearer_by_degrees_is_not_nearer(self):
        # In the north a degree of longitude is short: 0.3 degrees east is nearer than 0.2 degrees north.
        north, east = self.make([(60.2, 25.0), (60.0, 25.3)])
        [(nearest, __)] = self.stores._nearby(60.0, 25.0, 1)
        self.assertEqual(nearest, east)
        self.assertTrue(north)

    def test_random_places(self):
        dice = random.Random(4)
        stores = self.make([(31 + dice.gauss(0, 0.4), 121 + dice.gauss(0, 0.4)) for __ in range(150)])
        for __ in range(10):
            self.assertNearby(stores, (31 + dice.gauss(0, 0.4), 121 + dice.gauss(0, 0.4)))

    def test_over_the_antimeridian(self):
        dice = random.Random(5)
        stores = self.make(
            [(dice.gauss(-17, 0.3), (dice.gauss(180, 0.3) + 180) % 360 - 180) for __ in range(60)]
            + [(-17, 180), (-17, -180)]
        )
        for longitude in (179.9, -179.9, 180.0, -180.0, 179.5, -179.5):
            self.assertTrue(self.assertNearby(stores, (-17.0, longitude), 80_000), longitude)

    def test_poles(self):
        dice = random.Random(6)
        stores = self.make([(dice.choice((-1, 1)) * (90 - dice.random()), dice.uniform(-180, 180)) for __ in range(60)])
        for place in ((90.0, 0.0), (-90.0, 77.0), (89.8, 10.0), (-89.9, -179.0)):
            self.assertTrue(self.assertNearby(stores, place, 90_000), place)

    def test_the_whole_world(self):
        dice = random.Random(7)
        stores = self.make([(dice.uniform(-90, 90), dice.uniform(-180, 180)) for __ in range(60)])
        self.assertEqual(self.assertNearby(stores, (10.0, 20.0), 30_000_000), 60)

    def test_equally_far(self):
        stores = self.make([(31.0, 121.0)] * 9)
        self.assertEqual(self.assertNearby(stores, (31.0, 121.001), limit=3), 9)

    def test_without_position_or_archived(self):
        __, archived = self.make([(0, 0), (0.1, 0.1)])
        archived.active = False
        self.assertFalse(self.stores._nearby(0.0, 0.0, 10))

    def test_other_companies(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.make([(31.0, 121.0)], company_id=company.id)
        self.assertFalse(self.stores.with_user(self.clerk)._nearby(31.0, 121.0, 10))

    def test_open_now(self):
        closed, open_ = self.make([(31.0, 121.0), (31.1, 121.1)])
        open_.hours_ids = [(0, 0, {"weekday": str(day), "opens": 0, "closes": 24}) for day in range(7)]
        found = self.stores._nearby(31.0, 121.0, 10, domain=[("is_open", "=", True)])
        self.assertEqual([store for store, __ in found], [open_])
        self.assertTrue(closed)

    def test_has_stock(self):
        west = self.env["stock.warehouse"].create({"name": "West", "code": "WEST"})
        self.put(self.mug, 5, west)
        near, far = self.make([(31.0, 121.0), (31.1, 121.1)])
        near.warehouse_id, far.warehouse_id = self.warehouse, west
        self.env["giftcard.store"].flush_model()

        def found(quantity, **more):
            domain = self.stores._stocked({self.reward: quantity, self.service: 1, **more})
            return [store for store, __ in self.stores._nearby(31.0, 121.0, 10, domain=domain)]

        self.assertEqual(found(3), [near, far])
        self.assertEqual(found(4), [far])
        self.assertEqual(found(6), [])
        self.submit(quantity=2, store=near)
        self.assertEqual(found(2), [far], "what is reserved is not free")

    @mute_logger("odoo.sql_db")
    def test_impossible_positions(self):
        for lat, lng in ((90.1, 0), (-91, 0), (0, 181), (0, -180.5)):
            with self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.make([(lat, lng)])
                self.env.flush_all()

    def test_map(self):
        [store] = self.make([(31.2363, 121.4807)])
        self.assertEqual(store.map_url, "https://uri.amap.com/marker?position=121.480700%2C31.236300&name=S0")
        self.assertFalse(self.store.map_url)
