from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    giftcard_tier_source = fields.Selection(
        [("points", "Points earned"), ("spend", "Money spent")],
        string="Growth",
        default="points",
        config_parameter="giftcard_points.tier_source",
        help="What lifts members to higher tiers.",
    )
    giftcard_tier_months = fields.Integer(
        string="Growth Window (Months)", default=12, config_parameter="giftcard_points.tier_months"
    )
    giftcard_tier_grace_days = fields.Integer(
        string="Grace (Days)",
        default=30,
        config_parameter="giftcard_points.tier_grace_days",
        help="Between the notice that the growth is too low and the loss of the tier.",
    )
