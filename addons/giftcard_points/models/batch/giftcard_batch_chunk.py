from odoo import fields, models


class GiftcardBatchChunk(models.Model):
    """The secrets of consecutive cards of a batch, sealed until they have been handed over.

    Nobody has access: they are written by the generation, read by the export under the password of the batch, and
    deleted when the receipt is confirmed.
    """

    _name = "giftcard.batch.chunk"
    _description = "Sealed Secrets of Paper Cards"
    _order = "first"
    _log_access = False
    _rec_name = "first"

    batch_id = fields.Many2one("giftcard.batch", required=True, index=True, ondelete="cascade")
    first = fields.Integer(required=True)
    last = fields.Integer(required=True)
    sealed = fields.Binary(attachment=False, required=True)

    _first_uniq = models.Constraint("UNIQUE(batch_id, first)", "The secrets of a card are sealed once.")
