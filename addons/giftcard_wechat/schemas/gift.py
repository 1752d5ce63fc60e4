from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from .common import PageQuery, RecordId, Request, Text, Timestamp, Value, value_of
from .theme import ThemeSummary

Amount = Annotated[
    Decimal,
    Field(gt=0, le=10**9, decimal_places=2, max_digits=12, description="Decimal string.", examples=["100.00"]),
]


class GiftRequest(Request):
    card_id: Annotated[RecordId, Field(description="A gift card or eWallet of the member.")]
    amount: Annotated[Amount | None, Field(description="In the card's currency; null: all that is free.")] = None
    greeting: Annotated[Text | None, Field(description="A few words to the recipient.")] = None
    theme_id: Annotated[RecordId | None, Field(description="Cover; by default the card's own.")] = None


class GiftClaim(Request):
    token: Annotated[str, Field(min_length=1, max_length=100, description="Out of the link that the giver shared.")]


class GiftQuery(PageQuery):
    role: Annotated[Literal["sent", "received"] | None, Field(description="Only gifts the member gave, or got.")] = None
    state: Literal["offered", "claimed", "recalled", "returned"] | None = None


class GiftPreview(BaseModel):
    """What whoever has the link may know of a gift."""

    giver: str
    amount: Value
    program: str
    greeting: str | None
    theme: ThemeSummary | None
    state: Annotated[
        Literal["offered", "claimed", "recalled", "returned"],
        Field(description="`offered`: it waits to be claimed; `returned`: nobody did in time."),
    ]
    expires_at: Annotated[Timestamp, Field(description="Until then it can be claimed.")]

    @classmethod
    def values_of(cls, gift):
        # The gift is the member's own, or he has its link; the giver's name and the programme come with it.
        gift = gift.sudo()
        over = gift.state == "offered" and gift.expires_at < datetime.now(UTC).replace(tzinfo=None)
        return {
            "giver": gift.giver_id.name,
            "amount": value_of(gift.source_id, gift.amount),
            "program": gift.program_id.name,
            "greeting": gift.greeting or None,
            "theme": ThemeSummary.from_record(gift.theme_id) if gift.theme_id else None,
            "state": "returned" if over else gift.state,
            "expires_at": gift.expires_at,
        }

    @classmethod
    def from_record(cls, gift):
        return cls(**cls.values_of(gift))


class Gift(GiftPreview):
    id: int
    role: Literal["sent", "received"]
    recipient: Annotated[str | None, Field(description="Who claimed it.")]
    card_id: Annotated[int | None, Field(description="The member's card that it came from, or went to.")]
    time: Annotated[Timestamp, Field(description="When it was given.")]
    resolved_at: Annotated[Timestamp | None, Field(description="When it was claimed, taken back or returned.")]

    @classmethod
    def from_record(cls, gift, member):
        """:param member: ``res.partner`` who asks: its giver or recipient"""
        gift = gift.sudo()  # As above.
        sent = gift.giver_id == member
        return cls(
            **cls.values_of(gift),
            id=gift.id,
            role="sent" if sent else "received",
            recipient=gift.recipient_id.name or None,
            card_id=(gift.source_id if sent else gift.target_id).id or None,
            time=gift.create_date,
            resolved_at=gift.resolved_at or None,
        )


class GiftLink(BaseModel):
    token: Annotated[str, Field(description="For the path of the mini program that is shared, and for `claim`.")]
    url: Annotated[str, Field(description="Page where whoever opens it claims the gift, for QR codes and browsers.")]
