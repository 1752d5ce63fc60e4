import math

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

#: Mean radius of the earth in metres (IUGG).
EARTH = 6_371_008.8
#: Metres to look around by default.
RADIUS = 50_000
#: Radians by which boxes are made larger than computed, a metre or so, so that rounding loses nothing.
MARGIN = 2e-7


class GiftcardStore(models.Model):
    """Stores by their distance.

    A GiST index on the position answers in degrees: which lie in a box, and which are the nearest in it. Degrees are no
    metres, so the nearest by degrees only bound the search: the box of the farthest of them holds the nearest by
    great-circle distance, which are sorted by it. Both reads touch about as many rows as are asked for, however many
    there are and however dense.
    """

    _inherit = "giftcard.store"

    _position_index = models.Index(
        "USING gist (point(longitude::float8, latitude::float8)) WHERE latitude <> 0 OR longitude <> 0"
    )

    @api.model
    def _nearby(self, latitude, longitude, limit, radius=RADIUS, domain=Domain.TRUE, after=None):
        """The nearest stores that the user may see.

        :param latitude: and ``longitude``, in degrees
        :param limit: how many at most
        :param radius: in metres
        :param domain: what else they must be, e.g. ``is_open`` or :meth:`_stocked`
        :param after: (metres, id) of the last one of the page before
        :return: list of (``giftcard.store``, metres), by distance and id
        """
        search = _Search(self, latitude, longitude, Domain(domain), after)
        found = search.find(radius, limit, by_degrees=True)
        if len(found) == limit:
            found = search.find(max(metres for __, metres in found), limit)
        stores = self.browse(store_id for store_id, __ in found)
        return list(zip(stores, (metres for __, metres in found), strict=True))

    @api.model
    def _stocked(self, quantities):
        """:param quantities: dict of ``giftcard.reward`` -> pieces
        :return: domain of the stores that have as many free in their warehouse"""
        quants = self.env["stock.quant"]
        domain = Domain.TRUE
        for reward, quantity in quantities.items():
            # How many pieces a store has free is shown with the reward; stock itself stays closed.
            product = reward.sudo().product_id
            if product.is_storable:
                domain &= Domain("warehouse_id", "in", quants._warehouses_with(product, quantity))
        return domain


class _Search:
    """One search around one place."""

    def __init__(self, stores, latitude, longitude, domain, after):
        self.stores, self.domain, self.after = stores, domain, after
        self.latitude, self.longitude = latitude, (longitude + 180) % 360 - 180

    def find(self, radius, limit, *, by_degrees=False):
        """:return: list of (id, metres) within the radius, by distance: of the nearest by degrees, or of all"""
        query = self.stores._search(self.domain)
        if query.is_empty():
            return []
        rows = [
            SQL(
                # The stores of the box are filtered in the order in which they come, and no more than are needed.
                """
                (SELECT id, metres FROM (SELECT id, %s AS metres FROM (%s) AS %s WHERE %s) AS store
                  WHERE metres <= %s AND (metres, id) > (%s, %s) %s)
                """,
                self._metres(),
                self._select(*box, by_degrees=by_degrees),
                SQL.identifier(query.table),
                query.where_clause or SQL("TRUE"),
                radius,
                *(self.after or (-1.0, 0)),
                SQL("LIMIT %s", limit) if by_degrees else SQL(),
            )
            for box in self._boxes(radius / EARTH + MARGIN)
        ]
        found = SQL(
            "SELECT id, metres FROM (%s) near ORDER BY metres, id LIMIT %s", SQL(" UNION ALL ").join(rows), limit
        )
        if not by_degrees:
            return self.stores.env.execute_query(found)
        # The planner takes every box for a thousandth of the table, and would rather sort a city than ask the index
        # for the nearest.
        self.stores.env.cr.execute("SET LOCAL enable_sort = off")
        rows = self.stores.env.execute_query(found)
        self.stores.env.cr.execute("SET LOCAL enable_sort = on")
        return rows

    def _boxes(self, angle):
        """:return: list of (south, north, west, east, longitude of the place as seen from the box), in degrees

        Bounding coordinates of a circle on a sphere (J. P. Matuschek); two boxes when it crosses the antimeridian, all
        longitudes when it holds a pole.
        """
        latitude = math.radians(self.latitude)
        if abs(latitude) + angle >= math.pi / 2:
            reach = 180.0
        else:
            reach = math.degrees(math.asin(min(1.0, math.sin(angle) / math.cos(latitude))))
        south, north = (max(-90.0, min(90.0, math.degrees(latitude + way * angle))) for way in (-1, 1))
        west, east = self.longitude - reach, self.longitude + reach
        if reach >= 180:
            return [(south, north, -180.0, 180.0, self.longitude)]
        if west < -180:
            return [
                (south, north, -180.0, east, self.longitude),
                (south, north, west + 360, 180.0, self.longitude + 360),
            ]
        if east >= 180:
            return [
                (south, north, west, 180.0, self.longitude),
                (south, north, -180.0, east - 360, self.longitude - 360),
            ]
        return [(south, north, west, east, self.longitude)]

    def _select(self, south, north, west, east, longitude, *, by_degrees):
        """:return: SQL of the stores in a box, the nearest by degrees first if asked

        ``OFFSET 0`` keeps the planner from looking for them by any other index.
        """
        table, fields = self.stores._table, self.stores._fields
        position = SQL(
            "point(%s::float8, %s::float8)",
            *(SQL.identifier(table, name, to_flush=fields[name]) for name in ("longitude", "latitude")),
        )
        return SQL(
            """
            SELECT * FROM %s
             WHERE (latitude <> 0 OR longitude <> 0) AND %s <@ box(point(%s, %s), point(%s, %s))
            %s OFFSET 0
            """,
            SQL.identifier(table),
            position,
            west,
            south,
            east,
            north,
            SQL("ORDER BY %s <-> point(%s, %s)", position, longitude, self.latitude) if by_degrees else SQL(),
        )

    def _metres(self):
        """:return: SQL of the distance by the haversine formula, which is exact for short ones too"""
        return SQL(
            """
            2 * %(earth)s * asin(LEAST(1, sqrt(sin(radians(latitude::float8 - %(latitude)s) / 2) ^ 2
                + cos(radians(%(latitude)s)) * cos(radians(latitude::float8))
                * sin(radians(longitude::float8 - %(longitude)s) / 2) ^ 2)))
            """,
            earth=EARTH,
            latitude=self.latitude,
            longitude=self.longitude,
        )
