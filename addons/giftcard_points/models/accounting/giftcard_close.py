from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL


class GiftcardClose(models.Model):
    """Close check: at the end of each day, what the cards of a programme hold against what the general ledger owes.

    The sub-ledger is summed up from the entries, whatever was posted; the general ledger from posted journal items of
    the liability, by their accounting date.
    """

    _name = "giftcard.close"
    _description = "Close Check"
    _order = "day desc, company_id, program_id"
    _auto = False
    _rec_name = "day"
    _depends = {
        "account.move.line": ["giftcard_posting_line_id", "parent_state", "date", "amount_currency"],
        "giftcard.posting.line": ["amount", "booked"],
        "loyalty.card": ["program_id"],
        "loyalty.program": ["program_type", "currency_id"],
        "res.partner": ["tz"],
    }

    day = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    program_id = fields.Many2one("loyalty.program", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    ledger = fields.Float(string="Sub-Ledger", digits="Gift Card Value", readonly=True, help="What the cards hold.")
    booked = fields.Float(
        string="General Ledger",
        digits="Gift Card Value",
        readonly=True,
        help="The liability that the daily entries left.",
    )
    rounding = fields.Float(
        digits="Gift Card Value", readonly=True, help="What the currency cannot carry; it is booked by a later posting."
    )
    difference = fields.Float(digits="Gift Card Value", readonly=True)
    unposted = fields.Integer(
        string="Not Posted", readonly=True, help="Movements up to the day that are in no posting."
    )
    state = fields.Selection([("even", "Even"), ("open", "To post"), ("odd", "Different")], readonly=True)

    @property
    def _table_query(self):
        zones = self.env["res.company"]._giftcard_zones()
        return SQL(
            """
            WITH zone AS (
                SELECT * FROM unnest(%(zones)s) AS zone (company_id, name, today)
            ), change AS (
                SELECT operation.company_id, card.program_id,
                       (entry.date AT TIME ZONE 'UTC' AT TIME ZONE zone.name)::date AS day,
                       SUM(entry.amount) AS ledger, 0 AS booked, 0 AS rounding,
                       COUNT(*) FILTER (WHERE posted.entry_id IS NULL) AS unposted,
                       SUM(entry.amount) FILTER (WHERE posted.entry_id IS NULL) AS waiting
                  FROM giftcard_entry entry
                  JOIN giftcard_operation operation ON operation.id = entry.operation_id
                  JOIN zone USING (company_id)
                  JOIN loyalty_card card ON card.id = entry.card_id
                  JOIN loyalty_program program ON program.id = card.program_id
             LEFT JOIN giftcard_posting_entry posted ON posted.entry_id = entry.id
                 WHERE program.program_type IN ('gift_card', 'ewallet')
                 GROUP BY 1, 2, 3
                 UNION ALL
                SELECT posting.company_id, line.program_id, item.date, 0, -item.amount_currency, 0, 0, 0
                  FROM account_move_line item
                  JOIN giftcard_posting_line line ON line.id = item.giftcard_posting_line_id
                  JOIN giftcard_posting posting ON posting.id = line.posting_id
                 WHERE item.parent_state = 'posted'
                 UNION ALL
                SELECT posting.company_id, line.program_id, posting.day, 0, 0, line.amount - line.booked, 0, 0
                  FROM giftcard_posting_line line JOIN giftcard_posting posting ON posting.id = line.posting_id
            ), span AS (
                SELECT company_id, program_id, MIN(day) AS first FROM change GROUP BY company_id, program_id
            ), total AS (
                SELECT span.company_id, span.program_id, day.day,
                       COALESCE(SUM(SUM(change.ledger)) OVER run, 0) AS ledger,
                       COALESCE(SUM(SUM(change.booked)) OVER run, 0) AS booked,
                       COALESCE(SUM(SUM(change.rounding)) OVER run, 0) AS rounding,
                       COALESCE(SUM(SUM(change.unposted)) OVER run, 0) AS unposted,
                       COALESCE(SUM(SUM(change.waiting)) OVER run, 0) AS waiting
                  FROM span
                  JOIN zone USING (company_id)
            CROSS JOIN LATERAL (SELECT span.first + number AS day
                                  FROM generate_series(0, zone.today - 1 - span.first) AS number) day
             LEFT JOIN change ON change.company_id = span.company_id AND change.program_id = span.program_id
                             AND change.day = day.day
                 GROUP BY span.company_id, span.program_id, day.day
                WINDOW run AS (PARTITION BY span.company_id, span.program_id ORDER BY day.day)
            )
            SELECT ROW_NUMBER() OVER (ORDER BY total.company_id, total.program_id, total.day) AS id,
                   total.day, total.company_id, total.program_id, program.currency_id,
                   total.ledger, total.booked, total.rounding, total.unposted,
                   total.ledger - total.booked - total.rounding AS difference,
                   CASE WHEN total.ledger - total.booked - total.rounding <> total.waiting THEN 'odd'
                        WHEN total.unposted > 0 THEN 'open'
                        ELSE 'even' END AS state
              FROM total JOIN loyalty_program program ON program.id = total.program_id
            """,
            zones=self.env["giftcard.ledger"]._columns(zones, "int4 text date"),
        )

    @api.depends("day", "program_id")
    def _compute_display_name(self):
        for close in self:
            close.display_name = f"{close.program_id.name} {close.day}"

    def action_open_operations(self):
        """Open the operations behind the difference: not posted, or not in the general ledger as they were posted."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Behind the Difference: %s", self.display_name),
            "res_model": "giftcard.operation",
            "view_mode": "list,form",
            "domain": [("id", "in", self._operations().ids)],
        }

    def _operations(self):
        """:return: the ``giftcard.operation`` records behind the difference"""
        self.check_access("read")
        company = self.company_id.sudo()
        rows = self.env.execute_query(
            SQL(
                """
                WITH astray AS (
                    SELECT line.posting_id
                      FROM giftcard_posting_line line
                      JOIN giftcard_posting posting ON posting.id = line.posting_id
                 LEFT JOIN account_move_line item
                        ON item.giftcard_posting_line_id = line.id AND item.parent_state = 'posted'
                       AND item.date <= %(day)s
                     WHERE posting.company_id = %(company)s AND line.program_id = %(program)s AND posting.day <= %(day)s
                     GROUP BY line.id
                    HAVING line.booked <> COALESCE(SUM(-item.amount_currency), 0)
                )
                SELECT DISTINCT entry.operation_id
                  FROM giftcard_entry entry
                  JOIN giftcard_operation operation ON operation.id = entry.operation_id
                  JOIN loyalty_card card ON card.id = entry.card_id
             LEFT JOIN giftcard_posting_entry posted ON posted.entry_id = entry.id
                 WHERE operation.company_id = %(company)s AND card.program_id = %(program)s AND entry.date < %(stop)s
                   AND (posted.entry_id IS NULL OR posted.posting_id IN (SELECT posting_id FROM astray))
                """,
                company=company.id,
                program=self.program_id.id,
                day=self.day,
                stop=company._giftcard_day(self.day)[1],
            )
        )
        return self.env["giftcard.operation"].browse([operation_id for (operation_id,) in rows])

    def action_post(self):
        """Post what the rows miss."""
        if not self.env.user.has_group("giftcard_points.group_accountant"):
            raise AccessError(self.env._("Only accountants of the company post its gift cards."))
        for company in self.company_id:
            days = self.filtered(lambda close, company=company: close.company_id == company).mapped("day")
            self.env["giftcard.posting"]._post_days(company, None, max(days))
        return {"type": "ir.actions.client", "tag": "reload"}
