from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from .address import Address
from .card import Card, Entry
from .common import Request, Text, Timestamp
from .consent import Consent
from .identity import Identity
from .member import Member
from .session import Device


class ClosureRequest(Request):
    reason: Text | None = None
    forfeit_points: Annotated[
        bool, Field(description="That points are lost with the account is understood. Money has to be gone before.")
    ] = False


class Closure(BaseModel):
    state: Literal["waiting", "cancelled", "done"]
    requested_at: Timestamp
    due_at: Annotated[Timestamp, Field(description="Until then the member may change his mind.")]
    held_up: Annotated[str | None, Field(description="Why it could not be done when it was due.")]

    @classmethod
    def from_record(cls, closure):
        # The member's own.
        closure = closure.sudo()
        return cls(
            state=closure.state,
            requested_at=closure.requested_at,
            due_at=closure.due_at,
            held_up=closure.held_up or None,
        )


class Message(BaseModel):
    time: Timestamp
    title: str
    body: str


class OrderOfMember(BaseModel):
    number: str
    time: Timestamp
    state: str


class CardOfMember(BaseModel):
    card: Card
    entries: list[Entry]


class Export(BaseModel):
    """All that is kept about the member."""

    exported_at: Annotated[datetime, Field(description="RFC 3339.")]
    member: Member
    phone: str | None
    email: str | None
    language: str | None
    identities: list[Identity]
    devices: list[Device]
    addresses: list[Address]
    consents: list[Consent]
    cards: list[CardOfMember]
    redemptions: list[OrderOfMember]
    messages: list[Message]
