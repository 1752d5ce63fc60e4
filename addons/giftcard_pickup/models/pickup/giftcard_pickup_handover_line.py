from odoo import api, fields, models

from odoo.addons.giftcard_points.models.ledger.immutable import protect


class GiftcardPickupHandoverLine(models.Model):
    """So many pieces of a line of the redemption, with their lot or serial numbers."""

    _name = "giftcard.pickup.handover.line"
    _description = "Line of a Handover"
    _order = "handover_id, id"
    _log_access = False

    handover_id = fields.Many2one(
        "giftcard.pickup.handover", required=True, readonly=True, index=True, ondelete="restrict"
    )
    line_id = fields.Many2one(
        "giftcard.redemption.line",
        string="Reward",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    quantity = fields.Integer(required=True, readonly=True)
    lots = fields.Char(string="Lots/Serial Numbers", readonly=True)

    _quantity_check = models.Constraint("CHECK(quantity > 0)", "At least one piece is handed over.")

    def init(self):
        protect(self.env.cr, self._table)

    @api.depends("line_id", "quantity")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.line_id.reward_id.display_name} × {line.quantity}"
