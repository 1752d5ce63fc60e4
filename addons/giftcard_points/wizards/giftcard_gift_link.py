from odoo import api, fields, models


class GiftcardGiftLink(models.TransientModel):
    """Shows the link of a gift, once. It comes in the context and is stored nowhere."""

    _name = "giftcard.gift.link"
    _description = "Link of a Gift"

    gift_name = fields.Char(store=False, readonly=True)
    link = fields.Char(store=False, readonly=True)

    @api.model
    def _show(self, gift, token):
        """:return: action that shows the link of a gift"""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Link of a Gift"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {"default_gift_name": gift.display_name, "default_link": gift._link(token)},
        }
