from odoo import http

from ..api.endpoint import MAX_ID, PREFIX, endpoint
from ..schemas.common import Page, PageQuery
from ..schemas.content import (
    Announcement,
    AnnouncementSummary,
    Article,
    ArticleSummary,
    Banner,
    BannerQuery,
    Faq,
    FaqVote,
    ProgramRules,
    Topic,
    TopicQuery,
)
from .reward import IMAGE_SECONDS

PICTURE = {"type": "http", "auth": "giftcard_guest", "methods": ["GET"], "readonly": True, "save_session": False}


class ContentController(http.Controller):
    @endpoint("GET", "/topics", summary="List topics", tag="content", query=PageQuery, answer=Page[Topic])
    def topics(self, query):
        """What articles and answers are about."""
        return self.env["giftcard.api.content"]._topics(query)

    @endpoint("GET", "/articles", summary="List articles", tag="content", query=TopicQuery, answer=Page[ArticleSummary])
    def articles(self, query):
        """Articles for members of this tier, in the merchant's order, the latest first."""
        return self.env["giftcard.api.content"]._articles(query)

    @endpoint(
        "GET",
        "/articles/{article_id}",
        summary="Read an article",
        tag="content",
        answer=Article,
        problems=["not_found"],
    )
    def article(self, article_id):
        """One article with its text."""
        return self.env["giftcard.api.content"]._article(article_id)

    @endpoint("GET", "/faqs", summary="List answers", tag="content", query=TopicQuery, answer=Page[Faq])
    def faqs(self, query):
        """Frequent questions and their answers, and whether the member found them helpful."""
        return self.env["giftcard.api.content"]._faqs(query)

    @endpoint("GET", "/faqs/{faq_id}", summary="Read an answer", tag="content", answer=Faq, problems=["not_found"])
    def faq(self, faq_id):
        """One question and its answer."""
        return self.env["giftcard.api.content"]._faq(faq_id)

    @endpoint(
        "POST",
        "/faqs/{faq_id}/vote",
        summary="Say whether an answer helped",
        tag="content",
        body=FaqVote,
        answer=Faq,
        problems=["not_found"],
    )
    def vote(self, faq_id, body):
        """A member has one vote on an answer; the last one counts."""
        return self.env["giftcard.api.content"]._vote(faq_id, body)

    @endpoint("GET", "/banners", summary="List banners", tag="content", query=BannerQuery, answer=Page[Banner])
    def banners(self, query):
        """Pictures for a page, and where they lead to."""
        return self.env["giftcard.api.content"]._banners(query)

    @endpoint(
        "GET",
        "/announcements",
        summary="List announcements",
        tag="content",
        query=PageQuery,
        answer=Page[AnnouncementSummary],
    )
    def announcements(self, query):
        """Notices for members of this tier, in the merchant's order, the latest first."""
        return self.env["giftcard.api.content"]._announcements(query)

    @endpoint(
        "GET",
        "/announcements/{announcement_id}",
        summary="Read an announcement",
        tag="content",
        answer=Announcement,
        problems=["not_found"],
    )
    def announcement(self, announcement_id):
        """One announcement with its text."""
        return self.env["giftcard.api.content"]._announcement(announcement_id)

    @endpoint(
        "GET",
        "/rules/{program_id}",
        summary="Read the rules of a program",
        tag="content",
        answer=ProgramRules,
        problems=["not_found"],
    )
    def rules_of_program(self, program_id):
        """The text that counts today, and the next one where a change has been announced."""
        return self.env["giftcard.api.content"]._rules(program_id)

    @http.route(f"{PREFIX}/articles/<int(min=1, max={MAX_ID}):article_id>/image", **PICTURE)
    def article_image(self, article_id):
        """The cover of an article; clients find its path in ``image_url``."""
        return self._picture("giftcard.article", article_id)

    @http.route(f"{PREFIX}/banners/<int(min=1, max={MAX_ID}):banner_id>/image", **PICTURE)
    def banner_image(self, banner_id):
        """The picture of a banner; clients find its path in ``image_url``."""
        return self._picture("giftcard.banner", banner_id)

    def _picture(self, model_name, record_id):
        stream = self.env["giftcard.api.content"]._image(model_name, record_id)
        stream.public = True
        return stream.get_response(max_age=IMAGE_SECONDS)
