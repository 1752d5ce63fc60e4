from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

SECTIONS = ("issued", "bonus", "used", "expired", "refunded", "transferred", "adjusted")


class GiftcardRollForward(models.Model):
    """Opening + issued + bonus − used − expired − refunded + transferred + adjusted = closing, of money on cards.

    Of the period in the context, ``roll_forward_from`` to ``roll_forward_to`` (ISO dates, both included, in each
    company's time zone; by default the current month), so that every figure adds up over programmes and stores.
    """

    _name = "giftcard.roll.forward"
    _description = "Roll-Forward of Gift Cards"
    _order = "company_id, program_id, store_id"
    _auto = False
    _rec_name = "program_id"
    _depends = {
        "loyalty.card": ["program_id"],
        "loyalty.program": ["program_type", "currency_id"],
        "res.partner": ["tz"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    program_id = fields.Many2one("loyalty.program", readonly=True)
    store_id = fields.Many2one("giftcard.store", readonly=True, help="Where value moved; empty: at no store.")
    currency_id = fields.Many2one("res.currency", readonly=True)
    opening = fields.Float(digits="Gift Card Value", readonly=True)
    issued = fields.Float(digits="Gift Card Value", readonly=True, help="Paid for by customers.")
    bonus = fields.Float(digits="Gift Card Value", readonly=True, help="Given on top.")
    used = fields.Float(digits="Gift Card Value", readonly=True, help="Less what was given back to cards.")
    expired = fields.Float(digits="Gift Card Value", readonly=True)
    refunded = fields.Float(digits="Gift Card Value", readonly=True, help="Taken off cards whose sale was undone.")
    transferred = fields.Float(digits="Gift Card Value", readonly=True, help="To and from cards of other programs.")
    adjusted = fields.Float(digits="Gift Card Value", readonly=True, help="By hand, and balances brought in.")
    closing = fields.Float(digits="Gift Card Value", readonly=True)

    @api.model
    def _period(self):
        """:return: (first, last) day of the report"""
        today = fields.Date.context_today(self)
        first = fields.Date.to_date(self.env.context.get("roll_forward_from")) or today.replace(day=1)
        last = fields.Date.to_date(self.env.context.get("roll_forward_to")) or first + relativedelta(months=1, days=-1)
        return first, last

    @property
    def _table_query(self):
        first, last = self._period()
        # Days are the same for whoever looks; record rules restrict the rows.
        companies = self.env["res.company"].sudo().search([])  # pylint: disable=no-search-all; all of them, and few
        bounds = [
            (company.id, company._giftcard_day(first)[0], company._giftcard_day(last + timedelta(days=1))[0])
            for company in companies
        ]
        sign = {"used": -1, "expired": -1, "refunded": -1}
        return SQL(
            """
            WITH period AS (
                SELECT * FROM unnest(%(bounds)s) AS period (company_id, start, stop)
            ), part AS (
                SELECT operation.company_id, card.program_id, operation.store_id, 'opening' AS section,
                       SUM(entry.amount) AS amount
                  FROM giftcard_entry entry
                  JOIN giftcard_operation operation ON operation.id = entry.operation_id
                  JOIN period USING (company_id)
                  JOIN loyalty_card card ON card.id = entry.card_id
                  JOIN loyalty_program program ON program.id = card.program_id
                 WHERE program.program_type IN ('gift_card', 'ewallet') AND entry.date < period.start
                 GROUP BY operation.company_id, card.program_id, operation.store_id
                 UNION ALL
                SELECT company_id, program_id, store_id, section, amount FROM (%(movements)s) movement
            )
            SELECT ROW_NUMBER() OVER (ORDER BY part.company_id, part.program_id, part.store_id) AS id,
                   part.company_id, part.program_id, part.store_id, program.currency_id,
                   %(sections)s,
                   COALESCE(SUM(part.amount) FILTER (WHERE part.section = 'opening'), 0) AS opening,
                   SUM(part.amount) AS closing
              FROM part JOIN loyalty_program program ON program.id = part.program_id
             GROUP BY part.company_id, part.program_id, part.store_id, program.currency_id
            """,
            bounds=self.env["giftcard.ledger"]._columns(bounds, "int4 timestamp timestamp"),
            movements=self.env["giftcard.ledger"]._movements(
                SQL(
                    "EXISTS (SELECT FROM period WHERE period.company_id = operation.company_id"
                    " AND entry.date >= period.start AND entry.date < period.stop)"
                )
            ),
            sections=SQL(", ").join(
                SQL(
                    "COALESCE(SUM(part.amount) FILTER (WHERE part.section = %s), 0) * %s AS %s",
                    section,
                    sign.get(section, 1),
                    SQL.identifier(section),
                )
                for section in SECTIONS
            ),
        )
