from odoo import fields, models

from ..models.ledger.act import Act


class GiftcardGiftOffer(models.TransientModel):
    """Give a card, or an amount of it, by a link, on the giver's behalf."""

    _name = "giftcard.gift.offer"
    _description = "Give by Link"

    card_id = fields.Many2one("loyalty.card", required=True, readonly=True)
    giver_id = fields.Many2one(related="card_id.partner_id", string="From")
    points_display = fields.Char(related="card_id.points_display", string="Available")
    amount = fields.Float(digits="Gift Card Value", help="0: all that is free on the card.")
    greeting = fields.Char(default=lambda self: self.env._("With best wishes"))
    theme_id = fields.Many2one("giftcard.theme", string="Cover")

    def action_offer(self):
        """:return: action that shows the link, once"""
        self.ensure_one()
        self.card_id.check_access("write")
        # One wizard, one gift: a repeated click finds it offered.
        act = Act("gift", key=f"giftcard.gift.offer/{self.id}", document=("loyalty.card", self.card_id.id))
        gift, token = self.env["giftcard.gift"]._offer(
            act, self.card_id, self.amount or None, self.greeting, self.theme_id
        )
        return self.env["giftcard.gift.link"]._show(gift, token)
