from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from odoo.tools import is_html_empty

from ..api.endpoint import MAX_ID, PREFIX
from .common import PageQuery, Request, Timestamp

Html = Annotated[str, Field(description="Sanitised HTML; addresses of pictures in it are absolute.")]
Placement = Literal["home", "mall", "wallet", "me"]


def html_of(record, field_name):
    """:return: a rich text with absolute addresses, or None when there is nothing in it"""
    html = record[field_name]
    return None if is_html_empty(html) else record.env["mail.render.mixin"]._replace_local_links(html)


def image_of(record, path):
    """:return: path of the picture of a record, if it has one"""
    return f"{PREFIX}/{path}/{record.id}/image" if record.with_context(bin_size=True).image_128 else None


class TopicQuery(PageQuery):
    topic_id: Annotated[int | None, Field(ge=1, le=MAX_ID, description="Only of this topic.")] = None


class BannerQuery(PageQuery):
    placement: Annotated[Placement, Field(description="The page that it is for.")] = "home"


class Topic(BaseModel):
    id: int
    name: str

    @classmethod
    def from_record(cls, topic):
        return cls(id=topic.id, name=topic.name) if topic else None


class ArticleSummary(BaseModel):
    id: int
    title: str
    summary: str | None
    topic: Topic | None
    time: Annotated[Timestamp, Field(description="Since when it is shown.")]
    image_url: Annotated[str | None, Field(description="Path of a picture that needs no login.")]

    @classmethod
    def from_record(cls, article):
        return cls(**cls._summary(article))

    @staticmethod
    def _summary(article):
        return {
            "id": article.id,
            "title": article.title,
            "summary": article.summary or None,
            "topic": Topic.from_record(article.topic_id),
            "time": article.shown_from,
            "image_url": image_of(article, "articles"),
        }


class Article(ArticleSummary):
    body: Html | None

    @classmethod
    def from_record(cls, article):
        return cls(**cls._summary(article), body=html_of(article, "body"))


class FaqVote(Request):
    helpful: bool


class Faq(BaseModel):
    id: int
    question: str
    answer: Html | None
    topic: Topic
    helpful: Annotated[bool | None, Field(description="What the member has said; null: nothing yet.")]

    @classmethod
    def from_record(cls, faq, helpful):
        return cls(
            id=faq.id,
            question=faq.question,
            answer=html_of(faq, "answer"),
            topic=Topic.from_record(faq.topic_id),
            helpful=helpful,
        )


class BannerTarget(BaseModel):
    """Where a banner leads to: one of ``id``, ``path`` and ``url``, or nothing."""

    kind: Literal["none", "article", "reward", "store", "page", "url"]
    id: Annotated[int | None, Field(description="Of the article, reward or store.")] = None
    path: Annotated[str | None, Field(description="Of a page of the mini program.")] = None
    url: Annotated[str | None, Field(description="Of a web page.")] = None


class Banner(BaseModel):
    id: int
    name: Annotated[str, Field(description="What the picture says, for those who cannot see it.")]
    image_url: Annotated[str, Field(description="Path of a picture that needs no login.")]
    target: BannerTarget

    @classmethod
    def from_record(cls, banner):
        target = banner.target
        place = {
            "page": {"path": banner.page or None},
            "url": {"url": banner.url or None},
        }.get(target)
        if place is None:
            place = {"id": banner[f"{target}_id"].id} if target != "none" else {}
        return cls(
            id=banner.id,
            name=banner.name,
            image_url=f"{PREFIX}/banners/{banner.id}/image",
            target=BannerTarget(kind=target, **place),
        )


class AnnouncementSummary(BaseModel):
    id: int
    title: str
    time: Annotated[Timestamp, Field(description="Since when it is shown.")]
    important: Annotated[bool, Field(description="Show it by itself when the mini program opens, once per device.")]

    @classmethod
    def from_record(cls, announcement):
        return cls(**cls._summary(announcement))

    @staticmethod
    def _summary(announcement):
        return {
            "id": announcement.id,
            "title": announcement.title,
            "time": announcement.shown_from,
            "important": announcement.important,
        }


class Announcement(AnnouncementSummary):
    body: Html | None

    @classmethod
    def from_record(cls, announcement):
        return cls(**cls._summary(announcement), body=html_of(announcement, "body"))


class RulesVersion(BaseModel):
    number: Annotated[int, Field(description="1, 2, 3, …")]
    effective_from: Annotated[date, Field(description="First day on which it counts.")]
    summary: Annotated[str | None, Field(description="What it changes.")]
    html: Html | None

    @classmethod
    def from_record(cls, version):
        return cls(
            number=version.number,
            effective_from=version.effective_from,
            summary=version.summary or None,
            html=html_of(version, "html"),
        )


class ProgramRules(BaseModel):
    program_id: int
    program: Annotated[str, Field(description="Name of the program.")]
    current: Annotated[RulesVersion | None, Field(description="What counts today; null before the first version.")]
    coming: Annotated[RulesVersion | None, Field(description="What has been announced to count from a later day.")]

    @classmethod
    def from_records(cls, program, current, coming):
        return cls(
            program_id=program.id,
            program=program.name,
            current=RulesVersion.from_record(current) if current else None,
            coming=RulesVersion.from_record(coming) if coming else None,
        )
