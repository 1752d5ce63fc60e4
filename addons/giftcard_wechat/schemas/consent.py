from typing import Annotated, Literal

from pydantic import BaseModel, Field

from .common import RecordId, Request, Timestamp

Kind = Literal["privacy", "terms", "marketing"]


class ConsentQuery(Request):
    appid: Annotated[
        str | None, Field(pattern="^[!-~]{1,64}$", description="An app of the merchant, if the server has several.")
    ] = None


class ConsentDocument(BaseModel):
    """What a member is asked to agree to, in the version in force."""

    id: int
    kind: Kind
    version: str
    title: str
    body: Annotated[str, Field(description="Sanitised HTML.")]
    required: Annotated[bool, Field(description="Whether membership depends on it.")]
    published_at: Timestamp

    @classmethod
    def from_record(cls, document):
        return cls(
            id=document.id,
            kind=document.kind,
            version=document.version,
            title=document.title,
            body=str(document.body or ""),
            required=document.required,
            published_at=document.published_at,
        )


class ConsentDocuments(BaseModel):
    items: list[ConsentDocument]


class ConsentDecision(Request):
    document_id: RecordId
    granted: bool


class Consent(BaseModel):
    """The member's last word on a kind of document."""

    kind: Kind
    document_id: int
    version: str
    granted: bool
    decided_at: Timestamp
    current: Annotated[bool, Field(description="Whether it was about the version in force; else ask again.")]

    @classmethod
    def from_record(cls, consent):
        # The document may not be in force any more; that the member agreed to it is his to see.
        document = consent.document_id.sudo()
        return cls(
            kind=document.kind,
            document_id=document.id,
            version=document.version,
            granted=consent.granted,
            decided_at=consent.date,
            current=document == document._in_force(document.company_id).filtered(lambda d: d.kind == document.kind),
        )


class Consents(BaseModel):
    items: list[Consent]
