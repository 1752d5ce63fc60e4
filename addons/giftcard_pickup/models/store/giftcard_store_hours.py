from odoo import api, fields, models
from odoo.tools import format_duration

WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]

HOURS_CHECK = "(opens >= 0 AND opens < 24 AND closes > 0 AND closes <= 24 AND opens <> closes)"


class GiftcardStoreHours(models.Model):
    """One span of a weekday in which a store is open, in hours of its local time.

    A span that closes no later than it opens ends on the next day; 0 to 24 is round the clock. Not a
    ``resource.calendar``: working time ends at midnight there, has no days with other hours, and is the
    administrators' to edit.
    """

    _name = "giftcard.store.hours"
    _description = "Opening Hours"
    _order = "store_id, weekday, opens"

    store_id = fields.Many2one("giftcard.store", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="store_id.company_id")
    weekday = fields.Selection(WEEKDAYS, required=True)
    opens = fields.Float(required=True, default=10.0)
    closes = fields.Float(required=True, default=22.0, help="At or before the opening time means the next day.")

    _hours_check = models.Constraint(f"CHECK{HOURS_CHECK}", "Hours are between 0:00 and 24:00, and not of no length.")
    _opens_uniq = models.Constraint("UNIQUE(store_id, weekday, opens)", "This time of this day is entered twice.")

    @api.depends("weekday", "opens", "closes")
    def _compute_display_name(self):
        days = dict(self._fields["weekday"]._description_selection(self.env))
        for hours in self:
            hours.display_name = f"{days.get(hours.weekday, '')} {hours._span()}"

    def _span(self):
        """:return: ``10:00–22:00``"""
        self.ensure_one()
        return f"{format_duration(self.opens)}–{format_duration(self.closes)}"
