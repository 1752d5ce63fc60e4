from odoo import api, fields, models
from odoo.exceptions import AccessError


class GiftcardGoodsClaim(models.TransientModel):
    """A goods card is claimed for a member who calls or writes, by its number and secret.

    The secret comes with the button's context and is stored nowhere.
    """

    _name = "giftcard.goods.claim"
    _inherit = ["giftcard.unstored"]
    _description = "Claim a Goods Card"

    number = fields.Char(string="Card Number")
    secret = fields.Char(string="Secret or QR Code", store=False)
    member_id = fields.Many2one("res.partner", domain="[('member_state', '=', 'active')]")

    @api.model
    def action_open(self):
        """:return: action that opens a new wizard"""
        self._require_reviewer()
        return self.create({})._open(self.env._("Exchange a Goods Card"))

    def action_claim(self):
        """:return: action that opens the exchange of the card"""
        self.ensure_one()
        self._require_reviewer()
        card = self.env["giftcard.code"]._claim_goods_card(self.env.context.get("secret"), self.member_id, self.number)
        return self.env["giftcard.goods.exchange"]._start(self.env["giftcard.goods.card"].browse(card.id))

    def _require_reviewer(self):
        if not self.env.user.has_group("giftcard_pickup.group_reviewer"):
            raise AccessError(self.env._("Only reviewers take goods cards."))
