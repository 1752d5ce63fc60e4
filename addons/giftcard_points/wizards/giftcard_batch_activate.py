from odoo import fields, models


class GiftcardBatchActivate(models.TransientModel):
    """Activate cards of a batch: one, a range, or all."""

    _name = "giftcard.batch.activate"
    _description = "Activate Paper Cards"

    batch_id = fields.Many2one("giftcard.batch", required=True, readonly=True)
    first = fields.Integer(string="From Serial", default=1, required=True)
    last = fields.Integer(
        string="To Serial",
        required=True,
        default=lambda self: self.env["giftcard.batch"].browse(self.env.context.get("default_batch_id")).quantity,
    )
    reason = fields.Char(required=True)

    def action_activate(self):
        self.ensure_one()
        self.env["giftcard.batch.activation"]._start(self.batch_id, self.first, self.last, self.reason)
