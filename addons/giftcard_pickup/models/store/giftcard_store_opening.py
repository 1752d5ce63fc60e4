from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.base.models.res_partner import _tz_get

from .giftcard_store_hours import WEEKDAYS

#: Days to look ahead for the next opening: longer than any holiday.
HORIZON = 31


class GiftcardStore(models.Model):
    """When a store is open: weekly hours and special days, in the store's own time."""

    _inherit = "giftcard.store"

    tz = fields.Selection(
        _tz_get,
        string="Timezone",
        required=True,
        default=lambda self: self.env.company.partner_id.tz or self.env.user.tz or "UTC",
    )
    hours_ids = fields.One2many("giftcard.store.hours", "store_id", string="Weekly Hours", copy=True)
    special_day_ids = fields.One2many("giftcard.store.special.day", "store_id", string="Special Days")
    hours_summary = fields.Char(string="Hours", compute="_compute_hours_summary")
    is_open = fields.Boolean(string="Open Now", compute="_compute_opening", search="_search_is_open")
    closes_at = fields.Datetime(
        compute="_compute_opening", help="When it closes; empty when it is closed, or never closes."
    )
    opens_at = fields.Datetime(
        string="Next Opening", compute="_compute_opening", help="When it opens again; empty when it is open or paused."
    )

    @api.depends("hours_ids.weekday", "hours_ids.opens", "hours_ids.closes")
    def _compute_hours_summary(self):
        names = dict(self.env["giftcard.store.hours"]._fields["weekday"]._description_selection(self.env))
        for store in self:
            spans = dict.fromkeys(names, "")
            for day, hours in store.hours_ids.sorted("opens").grouped("weekday").items():
                spans[day] = ", ".join(one._span() for one in hours)
            runs = []
            for day, text in spans.items():
                if runs and runs[-1][-1] == text:
                    runs[-1][1] = day
                else:
                    runs.append([day, day, text])
            store.hours_summary = "; ".join(
                f"{names[first]}{'–' + names[last] if last != first else ''} {text}"
                for first, last, text in runs
                if text
            )

    @api.depends("paused", "tz", "hours_ids", "special_day_ids")
    def _compute_opening(self):
        now = fields.Datetime.now()
        spans = self._origin._spans(now)
        for store in self:
            opens, closes = next(iter(spans.get(store._origin.id, ())), (None, None))
            store.is_open = not store.paused and opens is not None and opens <= now
            store.closes_at = store.is_open and (closes - now).days < HORIZON - 1 and closes
            store.opens_at = not store.paused and not store.is_open and opens

    def _search_is_open(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()

        def open_now(model, alias, query):
            return SQL(
                "EXISTS (SELECT FROM %s WHERE opens_at <= %s AND closes_at > %s)",
                model._spans_sql(SQL.identifier(alias), now, days=1),
                now,
                now,
            )

        return Domain("paused", "=", False) & Domain.custom(to_sql=open_now)

    def action_same_hours(self):
        """Give every weekday the hours of Monday."""
        for store in self:
            monday = store.hours_ids.filtered(lambda hours: hours.weekday == "0")
            if monday:
                (store.hours_ids - monday).unlink()
                for weekday, __ in WEEKDAYS[1:]:
                    monday.copy({"weekday": weekday})

    def _spans(self, since, days=HORIZON):
        """When these stores are open from ``since`` on.

        :param since: naive UTC
        :return: dict of store id -> list of (opens, closes), naive UTC, in order; spans that touch are one
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT store.id, span.opens_at, span.closes_at
                  FROM giftcard_store store
            CROSS JOIN LATERAL %s
                 WHERE store.id = ANY(%s) AND span.closes_at > %s
                 ORDER BY store.id, span.opens_at
                """,
                self._spans_sql(SQL("store"), since, days),
                self.ids,
                since,
            )
        )
        spans = {}
        for store_id, opens, closes in rows:
            known = spans.setdefault(store_id, [])
            if known and opens <= known[-1][1]:
                known[-1] = (known[-1][0], max(closes, known[-1][1]))
            else:
                known.append((opens, closes))
        return spans

    def _spans_sql(self, store, since, days):
        """:return: SQL of a subquery ``span (opens_at, closes_at)``, in UTC, of the row ``store``: of so many days from
        the local date of ``since`` on, and of the day before, which may reach into it"""
        return SQL(
            """
            (SELECT (date + make_interval(mins => round(hours.opens * 60)::int)) AT TIME ZONE %(store)s.tz
                    AT TIME ZONE 'UTC' AS opens_at,
                    (date + make_interval(mins => round(hours.closes * 60)::int)
                          + CASE WHEN hours.closes <= hours.opens THEN interval '1 day' ELSE '0' END)
                    AT TIME ZONE %(store)s.tz AT TIME ZONE 'UTC' AS closes_at
               FROM generate_series(-1, %(days)s) AS ahead
         CROSS JOIN LATERAL (SELECT (%(since)s AT TIME ZONE 'UTC' AT TIME ZONE %(store)s.tz)::date + ahead) AS day(date)
         CROSS JOIN LATERAL (
                    SELECT bool_or(store_id IS NOT NULL) AS own
                      FROM giftcard_store_special_day
                     WHERE date BETWEEN date_from AND date_to AND company_id = %(store)s.company_id
                       AND (store_id = %(store)s.id OR store_id IS NULL)) AS special
         CROSS JOIN LATERAL (
                    SELECT opens, closes FROM giftcard_store_hours
                     WHERE special.own IS NULL AND store_id = %(store)s.id
                       AND weekday = (EXTRACT(ISODOW FROM date) - 1)::text
                     UNION ALL
                    SELECT opens, closes FROM giftcard_store_special_day
                     WHERE date BETWEEN date_from AND date_to AND company_id = %(store)s.company_id AND NOT closed
                       AND CASE WHEN special.own THEN store_id = %(store)s.id ELSE store_id IS NULL END) AS hours
            ) AS span
            """,
            store=store,
            since=since,
            days=days,
        )
