from odoo import fields, models


class GiftcardRewardPicture(models.Model):
    """One more picture of a reward; the first is the product's."""

    _name = "giftcard.reward.picture"
    _description = "Reward Picture"
    _inherit = ["image.mixin"]
    _order = "sequence, id"

    reward_id = fields.Many2one("giftcard.reward", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    name = fields.Char(string="What It Shows", translate=True, help="Read out to members who cannot see it.")
    image_1920 = fields.Image(required=True)
