from odoo import api, fields, models


class GiftcardRedemptionLine(models.Model):
    """A line is of a reward, or of the goods of a goods card; then its price is in pieces of the card."""

    _inherit = "giftcard.redemption.line"

    reward_id = fields.Many2one(required=False)
    goods_item_id = fields.Many2one(
        "giftcard.goods.item", string="Goods", readonly=True, index="btree_not_null", ondelete="restrict"
    )

    _source_check = models.Constraint(
        "CHECK((reward_id IS NULL) <> (goods_item_id IS NULL))", "A line is of a reward or of a goods card."
    )
    _goods_item_uniq = models.Constraint("UNIQUE(redemption_id, goods_item_id)", "Goods have one line in a redemption.")

    @api.depends("product_id")
    def _compute_display_name(self):
        goods = self.filtered("goods_item_id")
        for line in goods:
            line.display_name = f"{line._label()} × {line.quantity}"
        return super(GiftcardRedemptionLine, self - goods)._compute_display_name()

    def _label(self):
        """:return: what it is, for people"""
        self.ensure_one()
        # What was redeemed keeps its name, also when it is not offered any more.
        line = self.sudo()
        return line.reward_id.name or line.product_id.display_name

    def _image_url(self):
        self.ensure_one()
        if self.reward_id:
            return f"/web/image/giftcard.reward/{self.reward_id.id}/image_512"
        return f"/web/image/product.product/{self.product_id.id}/image_512"
