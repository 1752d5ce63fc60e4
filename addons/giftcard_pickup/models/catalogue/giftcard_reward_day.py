from odoo import fields, models


class GiftcardRewardDay(models.Model):
    """How many pieces of a reward live redemptions took on a day of the company.

    One guarded statement of :meth:`giftcard.reward._count` adds to a row; what is undone is given back to the day on
    which it was taken.
    """

    _name = "giftcard.reward.day"
    _description = "Pieces per Day"
    _order = "day desc, id desc"
    _log_access = False
    _rec_name = "day"

    reward_id = fields.Many2one("giftcard.reward", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="reward_id.company_id")
    day = fields.Date(required=True, readonly=True)
    pieces = fields.Integer(required=True, readonly=True)
    quota = fields.Integer(
        string="Quota of the Day", required=True, readonly=True, aggregator="max", help="As of the latest redemption."
    )

    _reward_day_uniq = models.Constraint("UNIQUE(reward_id, day)", "A reward has one counter a day.")
    _pieces_check = models.Constraint(
        "CHECK(pieces >= 0 AND (quota = 0 OR pieces <= quota))", "A quota of the day is not exceeded."
    )
