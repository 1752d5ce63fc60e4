from odoo import fields, models


class GiftcardGoodsExchangeLine(models.TransientModel):
    _name = "giftcard.goods.exchange.line"
    _description = "Goods Wanted for a Goods Card"

    exchange_id = fields.Many2one("giftcard.goods.exchange", required=True, index=True, ondelete="cascade")
    item_id = fields.Many2one("giftcard.goods.item", string="Goods", required=True, readonly=True, ondelete="cascade")
    left = fields.Integer(readonly=True)
    quantity = fields.Integer(string="Pieces", default=0)
