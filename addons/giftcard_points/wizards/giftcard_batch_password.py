from odoo import fields, models


class GiftcardBatchPassword(models.TransientModel):
    """Shows the password of a batch, once. It comes in the context and is stored nowhere."""

    _name = "giftcard.batch.password"
    _description = "Password of a Batch"

    batch_name = fields.Char(store=False, readonly=True)
    password = fields.Char(store=False, readonly=True)
