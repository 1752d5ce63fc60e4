from odoo import api, fields, models
from odoo.tools import SQL


class GiftcardEarningPeriod(models.Model):
    """A time in which a programme's points are multiplied."""

    _name = "giftcard.earning.period"
    _description = "Multiplied Earning Period"
    _order = "date_from desc, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    program_id = fields.Many2one(
        "loyalty.program",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("program_type", "=", "loyalty")],
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True)
    multiplier = fields.Float(required=True, default=2.0, digits=(6, 2))
    date_from = fields.Datetime(string="From", required=True)
    date_to = fields.Datetime(string="Until", required=True)
    store_ids = fields.Many2many("giftcard.store", string="Stores", help="Empty: everywhere.")

    _multiplier_check = models.Constraint("CHECK(multiplier > 0)", "A multiplier is positive.")
    _dates_check = models.Constraint("CHECK(date_from < date_to)", "A period ends after it begins.")

    @api.model
    def _multiplier(self, program, store, when):
        """Of periods that overlap the highest counts.

        :param store: ``giftcard.store``, empty where there is none
        :param when: UTC datetime
        :return: the multiplier as float, 1.0 outside all periods
        """
        self.flush_model()
        [(multiplier,)] = self.env.execute_query(
            SQL(
                """
                SELECT MAX(multiplier) FROM giftcard_earning_period period
                 WHERE program_id = %(program)s AND active AND date_from <= %(when)s AND date_to > %(when)s
                   AND (EXISTS (SELECT FROM giftcard_earning_period_giftcard_store_rel rel
                                 WHERE rel.giftcard_earning_period_id = period.id AND rel.giftcard_store_id = %(store)s)
                        OR NOT EXISTS (SELECT FROM giftcard_earning_period_giftcard_store_rel rel
                                        WHERE rel.giftcard_earning_period_id = period.id))
                """,
                program=program.id,
                when=when,
                store=store.id or None,
            )
        )
        return multiplier or 1.0
