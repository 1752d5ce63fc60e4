from odoo import fields, models


class LoyaltyCard(models.Model):
    """A card of state ``transit`` carries a gift from giver to recipient: nobody can use it, nobody knows its code."""

    _inherit = "loyalty.card"

    state = fields.Selection(
        selection_add=[("frozen",), ("transit", "On Its Way"), ("used",)], ondelete={"transit": "cascade"}
    )
    gift_ids = fields.One2many("giftcard.gift", "source_id", string="Gifts", readonly=True)
