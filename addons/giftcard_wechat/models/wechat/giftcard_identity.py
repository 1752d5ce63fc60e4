from odoo import fields, models


class GiftcardIdentity(models.Model):
    _inherit = "giftcard.identity"

    follows_since = fields.Datetime(readonly=True, copy=False, help="The official account.")
