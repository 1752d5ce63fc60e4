from odoo import api, fields, models
from odoo.tools import SQL


class GiftcardFaq(models.Model):
    """A question that members ask often, and its answer; they say whether it helped."""

    _name = "giftcard.faq"
    _description = "Frequent Question"
    _inherit = ["giftcard.content.mixin", "giftcard.search.mixin"]
    _rec_name = "question"
    _check_company_auto = True

    question = fields.Char(required=True, translate=True)
    answer = fields.Html(required=True, translate=True, sanitize_overridable=False)
    topic_id = fields.Many2one("giftcard.topic", required=True, index=True, ondelete="restrict", check_company=True)
    vote_ids = fields.One2many("giftcard.faq.vote", "faq_id", string="Votes", readonly=True)
    helpful_count = fields.Integer(string="Helpful", compute="_compute_votes")
    unhelpful_count = fields.Integer(string="Not Helpful", compute="_compute_votes")

    @api.depends("vote_ids.helpful")
    def _compute_votes(self):
        counts = {
            (faq.id, helpful): count
            for faq, helpful, count in self.env["giftcard.faq.vote"]._read_group(
                [("faq_id", "in", self.ids)], ["faq_id", "helpful"], ["__count"]
            )
        }
        for faq in self:
            faq.helpful_count = counts.get((faq.id, True), 0)
            faq.unhelpful_count = counts.get((faq.id, False), 0)

    @api.depends("question", "answer", "topic_id.name")
    def _compute_search_words(self):
        return super()._compute_search_words()

    def _search_texts(self):
        return [self.question, self.topic_id.name, self.answer and self.answer.striptags()]

    def _vote(self, member, helpful):
        """Record whether the answer helped a member, who may change his mind.

        :param member: ``res.partner``
        """
        self.ensure_one()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO giftcard_faq_vote (faq_id, member_id, helpful, date)
                VALUES (%(faq)s, %(member)s, %(helpful)s, %(now)s)
                    ON CONFLICT (faq_id, member_id) DO UPDATE SET helpful = excluded.helpful, date = excluded.date
                """,
                faq=self.id,
                member=member.id,
                helpful=helpful,
                now=fields.Datetime.now(),
            )
        )
        self.env["giftcard.faq.vote"].invalidate_model(flush=False)
        self.invalidate_recordset(["vote_ids", "helpful_count", "unhelpful_count"], flush=False)
