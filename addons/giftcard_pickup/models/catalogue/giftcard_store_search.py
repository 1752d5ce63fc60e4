from odoo import api, models


class GiftcardStore(models.Model):
    """Stores are found by the words of their name, code and address."""

    _name = "giftcard.store"
    _inherit = ["giftcard.store", "giftcard.search.mixin"]

    @api.depends("name", "code", "partner_id.street", "partner_id.street2", "partner_id.city")
    def _compute_search_words(self):
        return super()._compute_search_words()

    def _search_texts(self):
        address = self.partner_id
        return [self.name, self.code, address.street, address.street2, address.city]
