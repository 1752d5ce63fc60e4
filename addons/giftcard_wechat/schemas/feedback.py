from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from .common import Request, Text, Timestamp

Kind = Literal["suggestion", "complaint", "fault", "praise", "other"]


class FeedbackRequest(Request):
    kind: Kind
    text: Annotated[
        str,
        StringConstraints(strip_whitespace=True),
        Field(min_length=1, max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+$"),
    ]
    contact: Annotated[Text | None, Field(description="Phone, WeChat or mail, to be reached by.")] = None


class Feedback(BaseModel):
    id: int
    kind: Kind
    text: str
    contact: str | None
    time: Timestamp
    state: Annotated[Literal["new", "working", "closed"], Field(description="`closed` with or without a reply.")]
    reply: str | None
    replied_at: Timestamp | None

    @classmethod
    def from_record(cls, feedback):
        return cls(
            id=feedback.id,
            kind=feedback.kind,
            text=feedback.body,
            contact=feedback.contact or None,
            time=feedback.create_date,
            state=feedback.state,
            # What is still being written is not said yet.
            reply=(feedback.replied_at and feedback.reply) or None,
            replied_at=feedback.replied_at or None,
        )
