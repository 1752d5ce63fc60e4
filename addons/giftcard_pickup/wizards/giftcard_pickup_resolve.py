from odoo import fields, models


class GiftcardPickupResolve(models.TransientModel):
    """Asks how a conflict of a till was dealt with."""

    _name = "giftcard.pickup.resolve"
    _description = "Resolution of a Conflict"

    offline_id = fields.Many2one("giftcard.pickup.offline", required=True)
    resolution = fields.Char(string="What Was Done", required=True)

    def action_confirm(self):
        self.ensure_one()
        self.offline_id._require_reviewer()
        self.offline_id._resolve(self.resolution)
        return {"type": "ir.actions.act_window_close"}
