from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from .common import PageQuery, Points

Kind = Literal["reward", "article", "faq", "store"]


class SearchQuery(PageQuery):
    q: Annotated[
        str,
        StringConstraints(strip_whitespace=True),
        Field(min_length=1, max_length=100, description="What is looked for, in any language; two characters do."),
    ]
    kind: Annotated[
        Kind | None,
        Field(description="Only these. A `cursor` is of one kind; without it the first of every kind are found."),
    ] = None


class Hit(BaseModel):
    kind: Kind
    id: int
    title: str
    summary: str | None
    image_url: Annotated[str | None, Field(description="Path of a picture that needs no login.")]
    points_price: Annotated[Points | None, Field(description="Of a reward.")]


class HitGroup(BaseModel):
    """What was found of one kind."""

    kind: Kind
    items: list[Hit]
    next_cursor: Annotated[str | None, Field(description="Ask for more of this kind with it and `kind`.")]


class SearchResult(BaseModel):
    groups: Annotated[list[HitGroup], Field(description="One for each kind that was asked for, in a fixed order.")]
