from odoo import fields, models


class GiftcardRewardSpecification(models.Model):
    """A row of a reward's specification table."""

    _name = "giftcard.reward.specification"
    _description = "Reward Specification"
    _order = "sequence, id"

    reward_id = fields.Many2one("giftcard.reward", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Property", required=True, translate=True)
    value = fields.Char(required=True, translate=True)
