from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .loyalty_program import GOODS


class GiftcardBatch(models.Model):
    """Goods cards are issued as paper cards are: the value of each is its pieces."""

    _inherit = "giftcard.batch"

    program_id = fields.Many2one(domain=f"[('program_type', 'in', ('gift_card', 'ewallet', '{GOODS}'))]")
    program_type = fields.Selection(related="program_id.program_type")
    goods_promise = fields.Char(related="program_id.goods_promise")
    value = fields.Monetary(compute="_compute_value", store=True, readonly=False, precompute=True)

    @api.depends("program_id")
    def _compute_value(self):
        for batch in self:
            if batch.program_type == GOODS:
                batch.value = batch.program_id.goods_pieces

    @api.constrains("program_id", "value")
    def _check_pieces(self):
        for batch in self:
            if batch.program_type == GOODS and batch.value != batch.program_id.goods_pieces:
                raise ValidationError(
                    self.env._(
                        "A card of %(program)s is worth %(promise)s.",
                        program=batch.program_id.name,
                        promise=batch.goods_promise,
                    )
                )

    def _sellable(self, card):
        """The till sells money; goods cards are activated by their serials."""
        return self.program_type != GOODS and super()._sellable(card)

    def _price(self):
        return self.goods_promise if self.program_type == GOODS else super()._price()

    def _worth(self):
        return (self.goods_promise, "") if self.program_type == GOODS else super()._worth()
