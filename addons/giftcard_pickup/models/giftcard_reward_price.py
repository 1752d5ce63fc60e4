from odoo import api, fields, models


class GiftcardRewardPrice(models.Model):
    """One way to pay for a reward: so many points and so much money a piece.

    Beside these a reward can always be had for points alone, at ``points_price``.
    """

    _name = "giftcard.reward.price"
    _description = "Points and Cash Price"
    _order = "reward_id, sequence, points desc, id"

    reward_id = fields.Many2one("giftcard.reward", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="reward_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    points = fields.Float(digits="Gift Card Value", required=True)
    cash = fields.Monetary(required=True, help="Money a piece, taxes included.")

    _points_check = models.Constraint("CHECK(points > 0)", "A reward costs more than nothing.")
    _cash_check = models.Constraint("CHECK(cash > 0)", "A price of points alone is the reward's own.")

    @api.depends("points", "cash")
    def _compute_display_name(self):
        for price in self:
            unit = price.reward_id.point_name
            price.display_name = f"{price.points:g} {unit} + {price.currency_id.format(price.cash)}"
