from odoo import models


class GiftcardStore(models.Model):
    _name = "giftcard.store"
    _inherit = ["giftcard.store", "giftcard.audited.mixin"]
