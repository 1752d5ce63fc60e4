from odoo import fields, models

PERIODS = [("day", "a day"), ("week", "a week"), ("month", "a month"), ("ever", "in all")]


class GiftcardRewardUse(models.Model):
    """How many pieces of a reward and its variants a member has: in all, and on the day, in the week and in the month
    of the latest one.

    One row for all periods, whatever the limit is at present, so that a limit set later counts what was taken before.
    One guarded statement of :meth:`giftcard.reward._count` adds to it.
    """

    _name = "giftcard.reward.use"
    _description = "Pieces per Member"
    _order = "day desc, id desc"
    _log_access = False
    _rec_name = "member_id"

    reward_id = fields.Many2one("giftcard.reward", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="reward_id.company_id")
    member_id = fields.Many2one("res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    day = fields.Date(string="Latest On", required=True, readonly=True)
    pieces = fields.Integer(string="In All", required=True, readonly=True)
    pieces_day = fields.Integer(string="That Day", required=True, readonly=True)
    pieces_week = fields.Integer(string="That Week", required=True, readonly=True)
    pieces_month = fields.Integer(string="That Month", required=True, readonly=True)
    allowed = fields.Integer(string="Limit", required=True, readonly=True, aggregator=None)
    period = fields.Selection(PERIODS, required=True, readonly=True)

    _reward_member_uniq = models.Constraint("UNIQUE(reward_id, member_id)", "A member has one counter of a reward.")
    _pieces_check = models.Constraint(
        "CHECK(0 <= pieces_day AND pieces_day <= pieces_week AND pieces_day <= pieces_month AND pieces_week <= pieces"
        " AND pieces_month <= pieces AND (allowed = 0 OR allowed >= CASE period WHEN 'day' THEN pieces_day"
        " WHEN 'week' THEN pieces_week WHEN 'month' THEN pieces_month ELSE pieces END))",
        "A limit per member is not exceeded.",
    )
