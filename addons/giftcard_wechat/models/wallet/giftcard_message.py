from odoo import fields, models


class GiftcardMessage(models.Model):
    _inherit = "giftcard.message"

    kind = fields.Selection(selection_add=[("payment", "Payment")], ondelete={"payment": "cascade"})
