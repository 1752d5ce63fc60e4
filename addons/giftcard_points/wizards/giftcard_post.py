from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class GiftcardPost(models.TransientModel):
    """Posts days that the nightly job has not posted, or late entries of days that it has."""

    _name = "giftcard.post"
    _description = "Post Gift Cards"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    first = fields.Date(string="From", required=True, default=lambda self: self._yesterday().replace(day=1))
    last = fields.Date(string="To", required=True, default=lambda self: self._yesterday())

    @api.constrains("first", "last")
    def _check_period(self):
        for wizard in self:
            if wizard.last < wizard.first:
                raise ValidationError(self.env._("The period ends before it begins."))

    def action_post(self):
        self.ensure_one()
        postings = self.env["giftcard.posting"]._post_days(self.company_id, self.first, self.last)
        if not postings:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "info",
                    "message": self.env._("Nothing is left to post in this period."),
                    "next": {"type": "ir.actions.act_window_close"},
                },
            }
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Daily Postings"),
            "res_model": "giftcard.posting",
            "view_mode": "list,form",
            "domain": [("id", "in", postings.ids)],
        }

    def _yesterday(self):
        return self.env.company._giftcard_today() - timedelta(days=1)
