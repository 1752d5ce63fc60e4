from odoo import fields, models

from ..models.ledger.act import Act


class GiftcardGive(models.TransientModel):
    """Give a card to another member, on the giver's behalf."""

    _name = "giftcard.give"
    _description = "Give a Card"

    card_id = fields.Many2one("loyalty.card", required=True, readonly=True)
    giver_id = fields.Many2one(related="card_id.partner_id", string="From")
    points_display = fields.Char(related="card_id.points_display", string="Value")
    recipient_id = fields.Many2one(
        "res.partner",
        string="To",
        required=True,
        domain="[('member_state', '=', 'active'), ('id', '!=', giver_id)]",
    )
    greeting = fields.Char(default=lambda self: self.env._("With best wishes"))

    def action_give(self):
        """:return: action that opens the recipient's card"""
        self.ensure_one()
        self.card_id.check_access("write")
        act = Act("gift", document=("loyalty.card", self.card_id.id), reason=self.greeting)
        return self.card_id._give(self.recipient_id, act).get_formview_action()
