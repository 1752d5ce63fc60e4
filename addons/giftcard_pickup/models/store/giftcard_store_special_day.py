from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .giftcard_store_hours import HOURS_CHECK


class GiftcardStoreSpecialDay(models.Model):
    """Days with other hours than their weekday's, or none: of one store or of all stores of a company.

    On a date with days of its own a store follows these alone; otherwise those of all stores; otherwise its weekly
    hours. Several of one date are several spans.
    """

    _name = "giftcard.store.special.day"
    _description = "Special Opening Day"
    _order = "date_from desc, opens"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        index=True,
    )
    store_id = fields.Many2one(
        "giftcard.store", check_company=True, index="btree_not_null", ondelete="cascade", help="Empty: all stores."
    )
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(
        string="To", compute="_compute_date_to", store=True, readonly=False, required=True, precompute=True
    )
    closed = fields.Boolean(default=True)
    opens = fields.Float(default=10.0)
    closes = fields.Float(default=22.0, help="At or before the opening time means the next day.")

    _hours_check = models.Constraint(
        f"CHECK(closed OR {HOURS_CHECK})", "Hours are between 0:00 and 24:00, and not of no length."
    )
    _dates_check = models.Constraint("CHECK(date_from <= date_to)", "A period ends no earlier than it begins.")

    @api.constrains("store_id", "date_from", "date_to", "closed")
    def _check_closed(self):
        for day in self:
            same_days = [
                ("id", "!=", day.id),
                ("company_id", "=", day.company_id.id),
                ("store_id", "=", day.store_id.id),
                ("date_from", "<=", day.date_to),
                ("date_to", ">=", day.date_from),
            ]
            if self.search_count(same_days if day.closed else [*same_days, ("closed", "=", True)], limit=1):
                raise ValidationError(self.env._("“%s”: one of these days is both open and closed.", day.name))

    @api.depends("store_id")
    def _compute_company_id(self):
        for day in self:
            day.company_id = day.store_id.company_id or day.company_id or self.env.company

    @api.depends("date_from")
    def _compute_date_to(self):
        for day in self:
            if not day.date_to or (day.date_from and day.date_to < day.date_from):
                day.date_to = day.date_from
