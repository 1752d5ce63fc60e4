from odoo import api, fields, models
from odoo.exceptions import UserError


class GiftcardGoodsItem(models.Model):
    """Goods that a kind of goods card can be exchanged for, and how many of them at most."""

    _name = "giftcard.goods.item"
    _description = "Goods of a Goods Card"
    _order = "program_id, sequence, id"

    program_id = fields.Many2one("loyalty.program", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="program_id.company_id")
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("type", "in", ["consu", "service"])],
    )
    quantity = fields.Integer(string="At Most", default=1, required=True, help="Pieces of it that a card can have.")

    _product_uniq = models.Constraint("UNIQUE(program_id, product_id)", "Each product is listed once.")
    _quantity_check = models.Constraint("CHECK(quantity > 0)", "At least one piece can be had.")

    @api.depends("product_id")
    def _compute_display_name(self):
        for item in self:
            item.display_name = item.product_id.display_name

    def write(self, vals):
        fewer = "quantity" in vals and any(vals["quantity"] < item.quantity for item in self)
        if fewer or {"program_id", "product_id"} & vals.keys():
            self._refuse_less()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _refuse_less(self):
        """What the cards say is a promise: more may be offered once there are some, less may not."""
        if self.program_id._goods_cards_exist():
            raise UserError(self.env._("There are cards for these goods: goods can be added, not taken away."))
