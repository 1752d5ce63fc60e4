from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class GiftcardRollForwardPeriod(models.TransientModel):
    """Chooses the period of the roll-forward."""

    _name = "giftcard.roll.forward.period"
    _description = "Period of the Roll-Forward"

    first = fields.Date(string="From", required=True, default=lambda self: self._month()[0])
    last = fields.Date(string="To", required=True, default=lambda self: self._month()[1])

    @api.constrains("first", "last")
    def _check_period(self):
        for wizard in self:
            if wizard.last < wizard.first:
                raise ValidationError(self.env._("The period ends before it begins."))

    def action_open(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("giftcard_points.giftcard_roll_forward_action")
        action["display_name"] = self.env._("Roll-Forward %(first)s - %(last)s", first=self.first, last=self.last)
        action["context"] = {
            "roll_forward_from": fields.Date.to_string(self.first),
            "roll_forward_to": fields.Date.to_string(self.last),
        }
        return action

    def _month(self):
        """:return: first and last day of the current month"""
        first = fields.Date.context_today(self).replace(day=1)
        return first, first + relativedelta(months=1, days=-1)
