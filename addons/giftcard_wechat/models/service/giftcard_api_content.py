from odoo import fields, models
from odoo.fields import Domain

from ...api.problems import Problem
from ...schemas.content import (
    Announcement,
    AnnouncementSummary,
    Article,
    ArticleSummary,
    Banner,
    Faq,
    ProgramRules,
    Topic,
)

ORDER = [("sequence", "asc"), ("id", "desc")]


class GiftcardApiContent(models.AbstractModel):
    """What is published for the member's tier, now."""

    _name = "giftcard.api.content"
    _inherit = "giftcard.api.service"
    _description = "API: Content"

    def _topics(self, query):
        """:return: page of :class:`~...schemas.content.Topic`"""
        return self._page(Topic, "giftcard.topic", [("active", "=", True)], query, [("sequence", "asc"), ("id", "asc")])

    def _articles(self, query):
        """:return: page of :class:`~...schemas.content.ArticleSummary`"""
        return self._shown_page(ArticleSummary, "giftcard.article", query, self._of_topic(query))

    def _article(self, article_id):
        return Article.from_record(self._shown("giftcard.article", article_id))

    def _faqs(self, query):
        """:return: page of :class:`~...schemas.content.Faq`"""
        votes = self._votes()
        return self._shown_page(
            Faq,
            "giftcard.faq",
            query,
            self._of_topic(query),
            convert=lambda faq: Faq.from_record(faq, votes.get(faq.id)),
        )

    def _faq(self, faq_id):
        faq = self._shown("giftcard.faq", faq_id)
        return Faq.from_record(faq, self._votes(faq).get(faq.id))

    def _vote(self, faq_id, vote):
        """:param vote: :class:`~...schemas.content.FaqVote`"""
        faq = self._shown("giftcard.faq", faq_id)
        faq._vote(self._member(), vote.helpful)
        return Faq.from_record(faq, vote.helpful)

    def _banners(self, query):
        """Banners of a page; what leads to something that the member does not see is left out.

        :return: page of :class:`~...schemas.content.Banner`
        """
        articles = self.env["giftcard.article"]._shown_domain(self._member())
        rewards = self.env["giftcard.reward"]._visible_domain(self._member())
        leads_somewhere = (
            Domain("target", "not in", ["article", "reward"])
            | Domain("target", "=", "article") & Domain("article_id", "any", articles)
            | Domain("target", "=", "reward") & Domain("reward_id", "any", rewards)
        )
        return self._shown_page(
            Banner, "giftcard.banner", query, Domain("placement", "=", query.placement) & leads_somewhere
        )

    def _announcements(self, query):
        """:return: page of :class:`~...schemas.content.AnnouncementSummary`"""
        return self._shown_page(AnnouncementSummary, "giftcard.announcement", query)

    def _announcement(self, announcement_id):
        return Announcement.from_record(self._shown("giftcard.announcement", announcement_id))

    def _rules(self, program_id):
        """:return: :class:`~...schemas.content.ProgramRules`
        :raise Problem: ``not_found`` when the program has no published rules
        """
        program = self._own("loyalty.program", program_id)
        versions = self.env["giftcard.rules.version"]
        current = versions._current(program)
        later = Domain("program_id", "=", program_id) & Domain("state", "=", "published")
        # A version that was published after another also settles what the earlier one was to change.
        later &= Domain("number", ">", current.number) & Domain("effective_from", ">", fields.Date.context_today(self))
        coming = versions.search(later, order="number", limit=1)
        if not current and not coming:
            raise Problem("not_found")
        return ProgramRules.from_records(program, current, coming)

    def _image(self, model_name, record_id):
        """:return: stream of the picture of what is shown now, for whoever asks"""
        # A picture of what is published is no secret; nothing else of it is told.
        content = self.env[model_name].sudo()
        record = content.search(content._window_domain() & Domain("id", "=", record_id))
        if not record.image_1024:
            raise Problem("not_found")
        return self.env["ir.binary"].sudo()._get_image_stream_from(record, "image_1024")

    def _shown_page(self, schema, model_name, query, domain=Domain.TRUE, convert=None):
        shown = self.env[model_name]._shown_domain(self._member())
        return self._page(schema, model_name, shown & domain, query, ORDER, convert=convert)

    def _shown(self, model_name, record_id):
        model = self.env[model_name]
        record = model.search(model._shown_domain(self._member()) & Domain("id", "=", record_id))
        if not record:
            raise Problem("not_found")
        return record

    def _of_topic(self, query):
        return Domain("topic_id", "=", query.topic_id) if query.topic_id else Domain.TRUE

    def _votes(self, faqs=None):
        """:return: dict of id -> what the member has said of an answer"""
        domain = Domain("faq_id", "in", faqs.ids) if faqs else Domain.TRUE
        votes = self.env["giftcard.faq.vote"].search(domain & Domain("member_id", "=", self._member().id))
        return {vote.faq_id.id: vote.helpful for vote in votes}
