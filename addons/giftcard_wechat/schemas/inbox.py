from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from .common import PageQuery, RecordId, Request, Timestamp


class InboxQuery(PageQuery):
    unread: Annotated[bool, Field(description="Only what has not been read.")] = False
    kind: Annotated[str | None, Field(pattern="^[a-z_]{1,40}$", description="Only of this kind.")] = None


class Message(BaseModel):
    id: int
    kind: Annotated[
        str, Field(description="What it is about: `expiry`, `tier`, `birthday`, `rules`, `pickup`, `feedback`, …")
    ]
    title: str
    body: str | None
    time: Timestamp
    read_at: Timestamp | None

    @classmethod
    def from_record(cls, message):
        return cls(
            id=message.id,
            kind=message.kind,
            title=message.title,
            body=message.body or None,
            time=message.date,
            read_at=message.read_at or None,
        )


class Unread(BaseModel):
    unread: Annotated[int, Field(description="Messages that have not been read.")]
    by_kind: Annotated[dict[str, int], Field(description="The same, for each kind that has any.")]


class ReadRequest(Request):
    """Which messages the member has seen: some, or all up to one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"until": 42}]})

    ids: Annotated[list[RecordId] | None, Field(min_length=1, max_length=100)] = None
    until: Annotated[RecordId | None, Field(description="Id of the newest one; it and all older ones.")] = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.ids is None) == (self.until is None):
            raise ValueError("either ids or until")
        return self
