from odoo import fields, models


class GiftcardTopic(models.Model):
    """What articles and answers are about; members choose by it."""

    _name = "giftcard.topic"
    _description = "Topic"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10, required=True)
    company_id = fields.Many2one(
        "res.company", index=True, ondelete="restrict", help="Whose content it sorts; empty: that of all companies."
    )
    article_ids = fields.One2many("giftcard.article", "topic_id", string="Articles")
    faq_ids = fields.One2many("giftcard.faq", "topic_id", string="Questions")
