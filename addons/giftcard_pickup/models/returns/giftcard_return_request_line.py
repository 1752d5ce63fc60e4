from odoo import fields, models


class GiftcardReturnRequestLine(models.Model):
    """So many pieces of a line of the redemption that are to come back."""

    _name = "giftcard.return.request.line"
    _description = "Line of a Requested Return"
    _order = "request_id, id"
    _log_access = False
    _rec_name = "line_id"

    request_id = fields.Many2one(
        "giftcard.return.request", required=True, readonly=True, index=True, ondelete="cascade"
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

    _quantity_check = models.Constraint("CHECK(quantity > 0)", "At least one piece comes back.")
