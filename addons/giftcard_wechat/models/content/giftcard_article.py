from odoo import api, fields, models


class GiftcardArticle(models.Model):
    """A rich text with a cover: news, guides, stories of goods."""

    _name = "giftcard.article"
    _description = "Article"
    _inherit = ["giftcard.content.mixin", "giftcard.search.mixin", "image.mixin"]
    _rec_name = "title"
    _check_company_auto = True

    title = fields.Char(required=True, translate=True)
    summary = fields.Char(translate=True, help="Shown in lists and where the article is shared.")
    body = fields.Html(translate=True, sanitize_overridable=False)
    topic_id = fields.Many2one("giftcard.topic", index="btree_not_null", ondelete="restrict", check_company=True)

    @api.depends("title", "summary", "body", "topic_id.name")
    def _compute_search_words(self):
        return super()._compute_search_words()

    def _search_texts(self):
        return [self.title, self.summary, self.topic_id.name, self.body and self.body.striptags()]
