from odoo import api, fields, models


class GiftcardRedemptionLine(models.Model):
    """``handed_quantity`` and ``unclaimed_quantity`` are counted by guarded statements alone."""

    _inherit = "giftcard.redemption.line"

    handed_quantity = fields.Integer(string="Handed Over", required=True, default=0, readonly=True)
    unclaimed_quantity = fields.Integer(
        string="Given Up", required=True, default=0, readonly=True, help="Pieces of an order picked up in part."
    )
    left_quantity = fields.Integer(string="Left", compute="_compute_left_quantity")
    handover_line_ids = fields.One2many("giftcard.pickup.handover.line", "line_id", readonly=True)

    _handed_check = models.Constraint(
        "CHECK(handed_quantity >= 0 AND unclaimed_quantity >= 0 AND handed_quantity + unclaimed_quantity <= quantity)",
        "No piece is handed over twice.",
    )

    @api.depends("quantity", "handed_quantity", "unclaimed_quantity")
    def _compute_left_quantity(self):
        for line in self:
            line.left_quantity = line.quantity - line.handed_quantity - line.unclaimed_quantity
