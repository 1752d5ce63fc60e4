from odoo import fields, models
from odoo.tools import SQL


class GiftcardLotAge(models.Model):
    """Value on cards by the month of its granting, its age and the month in which it expires.

    Of points it estimates what they will cost: value per point × expected use, both set on the programme.
    """

    _name = "giftcard.lot.age"
    _description = "Value by Age"
    _order = "company_id, program_id, cohort desc"
    _auto = False
    _rec_name = "program_id"
    _depends = {
        "loyalty.card": ["program_id"],
        "loyalty.program": ["program_type", "currency_id", "point_value", "expected_use"],
        "res.partner": ["tz"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    program_id = fields.Many2one("loyalty.program", readonly=True)
    program_type = fields.Selection(related="program_id.program_type")
    currency_id = fields.Many2one("res.currency", readonly=True)
    origin = fields.Selection([("paid", "Paid"), ("bonus", "Bonus"), ("earned", "Earned")], readonly=True)
    cohort = fields.Date(string="Granted In", readonly=True, help="First day of the month, in the company's time zone.")
    age = fields.Selection(
        [
            ("030", "0-30 days"),
            ("090", "31-90 days"),
            ("180", "91-180 days"),
            ("365", "181-365 days"),
            ("old", "More than a year"),
        ],
        readonly=True,
    )
    expires_on = fields.Date(string="Expires In", readonly=True, help="First day of the month; empty: never.")
    granted = fields.Float(digits="Gift Card Value", readonly=True)
    used = fields.Float(digits="Gift Card Value", readonly=True, help="Used, expired or taken back.")
    remaining = fields.Float(digits="Gift Card Value", readonly=True)
    estimate = fields.Float(
        string="Estimated Liability",
        digits="Gift Card Value",
        readonly=True,
        help="Of points: what remains × value per point × expected use, in the program's currency. "
        "Of money it is what remains.",
    )

    @property
    def _table_query(self):
        zones = self.env["res.company"]._giftcard_zones()
        return SQL(
            """
            WITH lot AS (
                SELECT operation.company_id, card.program_id, lot.origin, lot.granted, lot.remaining,
                       date_trunc('month', lot.expires_on)::date AS expires_on, zone.today,
                       (entry.date AT TIME ZONE 'UTC' AT TIME ZONE zone.name)::date AS day
                  FROM giftcard_lot lot
                  JOIN giftcard_entry entry ON entry.id = lot.entry_id
                  JOIN giftcard_operation operation ON operation.id = entry.operation_id
                  JOIN unnest(%(zones)s) AS zone (company_id, name, today) ON zone.company_id = operation.company_id
                  JOIN loyalty_card card ON card.id = lot.card_id
            )
            SELECT ROW_NUMBER() OVER () AS id, grouped.*,
                   grouped.remaining * CASE WHEN program.program_type IN ('gift_card', 'ewallet') THEN 1
                                            ELSE COALESCE(program.point_value * program.expected_use / 100, 0)
                                        END AS estimate,
                   program.currency_id
              FROM (SELECT company_id, program_id, origin, date_trunc('month', day)::date AS cohort, expires_on,
                           CASE WHEN today - day <= 30 THEN '030'
                                WHEN today - day <= 90 THEN '090'
                                WHEN today - day <= 180 THEN '180'
                                WHEN today - day <= 365 THEN '365'
                                ELSE 'old' END AS age,
                           SUM(granted) AS granted, SUM(granted - remaining) AS used, SUM(remaining) AS remaining
                      FROM lot
                     GROUP BY 1, 2, 3, 4, 5, 6
                     ORDER BY 1, 2, 3, 4, 5, 6) grouped
              JOIN loyalty_program program ON program.id = grouped.program_id
            """,
            zones=self.env["giftcard.ledger"]._columns(zones, "int4 text date"),
        )
