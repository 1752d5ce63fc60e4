from odoo import api, fields, models
from odoo.exceptions import UserError


class GiftcardPickupChange(models.TransientModel):
    """Asks a reviewer what to do with the pickup code of a redemption, and why."""

    _name = "giftcard.pickup.change"
    _description = "Change of a Pickup Code"

    redemption_id = fields.Many2one("giftcard.redemption", required=True)
    change = fields.Selection(
        [
            ("extend", "Give more time"),
            ("reissue", "Issue a new code"),
            ("proxy", "Let another person pick up"),
            ("drop", "Withdraw the other person's code"),
        ],
        required=True,
        default="extend",
    )
    valid_until = fields.Datetime(compute="_compute_valid_until", store=True, readonly=False)
    proxy_name = fields.Char(string="Name")
    proxy_phone = fields.Char(string="Phone Ends With", size=4)
    reason = fields.Char(required=True)

    @api.depends("redemption_id")
    def _compute_valid_until(self):
        for wizard in self:
            until = wizard.redemption_id.pickup_valid_until
            wizard.valid_until = until and fields.Datetime.add(until, days=7)

    def action_confirm(self):
        self.ensure_one()
        redemption = self.redemption_id
        redemption._require_reviewer()
        if self.change == "extend":
            if not self.valid_until:
                raise UserError(self.env._("Say until when."))
            redemption._extend_pickup(self.valid_until, self.reason)
        elif self.change == "reissue":
            redemption._reissue_code(self.reason)
        elif self.change == "proxy":
            redemption._set_proxy(self.proxy_name, self.proxy_phone, self.reason)
        else:
            redemption._drop_proxy(self.reason)
        return {"type": "ir.actions.act_window_close"}
