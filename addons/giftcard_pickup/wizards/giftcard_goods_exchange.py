from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command

from ..models.states import FULFILMENTS


class GiftcardGoodsExchange(models.TransientModel):
    """What a member wants for a goods card, entered by the staff: as a whole, or a part now and the rest later."""

    _name = "giftcard.goods.exchange"
    _description = "Exchange a Goods Card"

    card_id = fields.Many2one("giftcard.goods.card", required=True, readonly=True)
    member_id = fields.Many2one(related="card_id.member_id")
    left = fields.Integer(related="card_id.left")
    fulfilment = fields.Selection(
        [item for item in FULFILMENTS if item[0] != "virtual"], string="How", default="pickup", required=True
    )
    store_id = fields.Many2one("giftcard.store", default=lambda self: self._default_store())
    address_id = fields.Many2one(
        "res.partner", string="Deliver To", domain="['|', ('id', '=', member_id), ('parent_id', '=', member_id)]"
    )
    line_ids = fields.One2many("giftcard.goods.exchange.line", "exchange_id")

    @api.model
    def _default_store(self):
        return self.env["giftcard.store"].search([("user_ids", "in", self.env.uid)], limit=1)

    @api.model
    def _start(self, card):
        """:return: action that opens the exchange of a claimed ``giftcard.goods.card``"""
        card.check_access("read")
        taken = card._card()._goods_taken()
        # Which goods a card is for is no secret; its kind is not the reviewers' to read.
        items = card.sudo().program_id.goods_item_ids
        exchange = self.create(
            {
                "card_id": card.id,
                "address_id": card.member_id.id,
                "line_ids": [
                    Command.create({"item_id": item.id, "left": item.quantity - taken[item.id]}) for item in items
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Exchange a Goods Card"),
            "res_model": self._name,
            "res_id": exchange.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_exchange(self):
        """:return: action that opens the order"""
        self.ensure_one()
        if not self.env.user.has_group("giftcard_pickup.group_reviewer"):
            raise AccessError(self.env._("Only reviewers take goods cards."))
        self.card_id.check_access("read")
        # One wizard, one order: a repeated click finds it made.
        redemption = self.env["giftcard.redemption"]._exchange(
            self.member_id,
            self.card_id._card(),
            [(line.item_id, line.quantity) for line in self.line_ids if line.quantity],
            key=f"giftcard.goods.exchange/{self.id}",
            store=self.store_id if self.fulfilment == "pickup" else None,
            fulfilment=self.fulfilment,
            address=self.address_id if self.fulfilment == "delivery" else None,
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "giftcard.redemption",
            "res_id": redemption.id,
            "view_mode": "form",
        }
