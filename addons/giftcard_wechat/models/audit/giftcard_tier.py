from odoo import models


class GiftcardTier(models.Model):
    _name = "giftcard.tier"
    _inherit = ["giftcard.tier", "giftcard.audited.mixin"]
