from odoo import models
from odoo.fields import Domain

from ...api.problems import Problem
from ...schemas.theme import Theme


class GiftcardApiTheme(models.AbstractModel):
    _name = "giftcard.api.theme"
    _inherit = "giftcard.api.service"
    _description = "API: Gift Card Themes"

    def _list(self, query):
        """:param query: :class:`~...schemas.theme.ThemeQuery`

        :return: page of :class:`~...schemas.theme.Theme`, in the shop's order
        """
        domain = Domain.TRUE
        if query.sold is not None:
            domain = Domain("product_id", "!=" if query.sold else "=", False)
        return self._page(Theme, "giftcard.theme", domain, query, [("sequence", "asc"), ("id", "asc")])

    def _get(self, theme_id):
        return Theme.from_record(self._own("giftcard.theme", theme_id))

    def _image(self, theme_id):
        """:return: stream of the cover of a theme, for whoever asks"""
        # What a card looks like is no secret, also when it is not sold any more.
        theme = self.env["giftcard.theme"].sudo().with_context(active_test=False).search([("id", "=", theme_id)])
        if not theme.image_512:
            raise Problem("not_found")
        return self.env["ir.binary"].sudo()._get_image_stream_from(theme, "image_512")
