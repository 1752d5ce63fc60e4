from odoo import fields, models


class GiftcardRewardTag(models.Model):
    """A brand, or a scene: the occasion that members shop for. All companies share them."""

    _name = "giftcard.reward.tag"
    _description = "Brand or Scene"
    _inherit = ["image.mixin"]
    _order = "kind, sequence, name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer(aggregator=None)
    kind = fields.Selection([("brand", "Brand"), ("scene", "Scene")], required=True, default="scene", index=True)
