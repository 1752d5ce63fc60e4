from calendar import monthrange
from datetime import date

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError


class LoyaltyProgram(models.Model):
    """When value expires, and when its owner is reminded."""

    _inherit = "loyalty.program"

    expiry_mode = fields.Selection(
        [
            ("rolling", "A time after it was granted"),
            ("yearly", "Every year on a day"),
            ("inactivity", "A time after the last movement"),
        ],
        string="Value Expires",
        default="rolling",
        required=True,
    )
    reset_month = fields.Integer(default=12, help="What was granted before expires at the end of this day, every year.")
    reset_day = fields.Integer(default=31)
    grace_days = fields.Integer(string="Grace (Days)", help="For so many days after that, value can still be used.")
    reminder_days = fields.Integer(
        string="Reminder (Days Before)", help="So many days before value expires its owner is reminded; 0: never."
    )

    _expiry_check = models.Constraint(
        "CHECK(grace_days >= 0 AND reminder_days >= 0)", "Days of grace and reminders are not negative."
    )

    @api.constrains("expiry_mode", "reset_month", "reset_day", "validity_months")
    def _check_expiry(self):
        for program in self:
            if program.expiry_mode == "yearly" and not (
                1 <= program.reset_month <= 12 and 1 <= program.reset_day <= monthrange(2028, program.reset_month)[1]
            ):
                raise ValidationError(self.env._("The yearly expiry needs a day and a month."))
            if program.expiry_mode == "inactivity" and not program.validity_months:
                raise ValidationError(self.env._("Say after how many months without a movement value expires."))

    @api.model_create_multi
    def create(self, vals_list):
        programs = super().create(vals_list)
        self.env.registry.clear_cache()
        return programs

    def write(self, vals):
        result = super().write(vals)
        if "expiry_mode" in vals:
            self.env.registry.clear_cache()
        return result

    @api.model
    @tools.ormcache()
    def _renewing_ids(self):
        """:return: tuple of the ids of programmes whose value lives as long as its card is used"""
        programs = self.sudo().with_context(active_test=False)
        return tuple(programs.search([("expiry_mode", "=", "inactivity")]).ids)

    def _reset_on(self, today):
        """:return: date of the next yearly expiry, not before ``today``"""
        self.ensure_one()
        days = [
            date(year, self.reset_month, min(self.reset_day, monthrange(year, self.reset_month)[1]))
            for year in (today.year, today.year + 1)
        ]
        return days[0] if days[0] >= today else days[1]
