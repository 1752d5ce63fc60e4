from odoo import fields, models


class GiftcardFaqVote(models.Model):
    """Whether an answer helped a member. Written by ``giftcard.faq._vote`` alone."""

    _name = "giftcard.faq.vote"
    _description = "Vote on an Answer"
    _order = "id desc"
    _log_access = False

    faq_id = fields.Many2one("giftcard.faq", string="Question", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="faq_id.company_id")
    member_id = fields.Many2one("res.partner", required=True, readonly=True, index=True, ondelete="cascade")
    helpful = fields.Boolean(required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True)

    # An index, since the merge of partners deletes what breaks a constraint.
    _member_uniq = models.UniqueIndex("(faq_id, member_id)", "A member has one vote on an answer.")
