from odoo import models


class ResPartner(models.Model):
    """By these a reviewer's check finds the same phone or street with other members."""

    _inherit = "res.partner"

    _giftcard_phone_index = models.Index("(phone) WHERE phone IS NOT NULL")
    _giftcard_street_index = models.Index("(street, city) WHERE street IS NOT NULL")
