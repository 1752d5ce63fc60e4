from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from .common import PageQuery, RecordId, Request, Text, Timestamp

Scanned = Annotated[
    str,
    Field(
        min_length=1,
        max_length=250,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="As typed or scanned.",
        examples=["40318852"],
    ),
]


class Pairing(Request):
    code: Annotated[Scanned, Field(examples=["7Q2K-9WXC-41TD-8N5HJ"])]


class StaffStore(BaseModel):
    id: int
    name: str
    waiting: Annotated[int, Field(description="Redemptions that wait here to be picked up.")]
    handed_over: Annotated[int, Field(description="Handovers of today.")]


class Clerk(BaseModel):
    name: str
    stores: Annotated[list[StaffStore], Field(description="Where the clerk works.")]


class StaffSession(BaseModel):
    access_token: Annotated[str, Field(description="Send it as `Authorization: Bearer …`; it is shown only here.")]
    token_type: Literal["Bearer"]
    expires_at: Timestamp
    clerk: Clerk


class Verification(Request):
    scanned: Scanned


class LotRequest(Request):
    name: Text
    quantity: Annotated[int, Field(ge=1, le=1000, strict=True)]


class PartRequest(Request):
    line_id: RecordId
    quantity: Annotated[int, Field(ge=1, le=1000, strict=True)]
    lots: Annotated[
        list[LotRequest], Field(max_length=100, description="Of tracked goods: lot or serial numbers.")
    ] = []


class HandoverRequest(Verification):
    parts: Annotated[
        list[PartRequest] | None, Field(min_length=1, max_length=50, description="Without them, all that is left.")
    ] = None


class StaffLot(BaseModel):
    name: str
    quantity: float


class StaffLine(BaseModel):
    line_id: int
    name: str
    quantity: Annotated[int, Field(description="Left to hand over; in an answer to a handover, handed over by it.")]
    handed: Annotated[int, Field(description="Handed over in all.")]
    image_url: str | None
    tracking: Annotated[Literal["none", "lot", "serial"], Field(description="Whether numbers are needed.")]
    lots: Annotated[list[str], Field(description="Numbers that are reserved for it.")]


class StaffProxy(BaseModel):
    name: str
    phone: Annotated[str, Field(description="The last four digits, to be asked for.")]


class PickupAnswer(BaseModel):
    """What a code is good for; `message` is to be shown as it is."""

    result: Literal[
        "ready",
        "handed_over",
        "used",
        "expired",
        "void",
        "replaced",
        "not_ready",
        "not_paid",
        "code_needed",
        "other_store",
        "unknown",
    ]
    message: str
    redemption: Annotated[str | None, Field(description="Its number.")] = None
    member: Annotated[str | None, Field(description="Masked.", examples=["王**"])] = None
    proxy: Annotated[StaffProxy | None, Field(description="Who should stand at the counter.")] = None
    valid_until: Timestamp | None = None
    lines: list[StaffLine] = []
    handover_id: int | None = None
    left: Annotated[int | None, Field(description="Pieces left after a handover.")] = None
    state: str | None = None
    store: Annotated[str | None, Field(description="The other store.")] = None
    used_at: Timestamp | None = None
    used_store: str | None = None
    used_by: str | None = None

    @classmethod
    def from_answer(cls, answer):
        """:param answer: of ``giftcard.pickup.code._describe``, with pictures that need no login"""
        return cls(**{**answer, "proxy": answer.get("proxy") or None})


class HandoverQuery(PageQuery):
    day: Annotated[date | None, Field(description="In the store's time; today without it.")] = None


class HandoverLine(BaseModel):
    name: str
    quantity: int
    lots: str | None


class StaffHandover(BaseModel):
    id: int
    redemption: Annotated[str, Field(description="Its number.")]
    time: Timestamp
    clerk: str
    to: Annotated[Literal["member", "proxy"], Field(description="Who picked it up.")]
    lines: list[HandoverLine]

    @classmethod
    def from_record(cls, handover):
        # A clerk of the store may know what was handed over there, and by whom.
        handover = handover.sudo()
        return cls(
            id=handover.id,
            redemption=handover.redemption_id.name,
            time=handover.date,
            clerk=handover.user_id.name,
            to=handover.role,
            lines=[
                HandoverLine(name=line.line_id._label(), quantity=line.quantity, lots=line.lots or None)
                for line in handover.line_ids
            ],
        )


class LookUp(Request):
    text: Annotated[Scanned, Field(description="The member's QR code, or the whole member number.")]


class Waiting(BaseModel):
    redemption: Annotated[str, Field(description="Its number.")]
    pieces: Annotated[int, Field(description="Left to hand over.")]
    valid_until: Timestamp | None


class StaffMember(BaseModel):
    """What a clerk may know of who stands at the counter."""

    name: Annotated[str, Field(description="Masked.", examples=["王**"])]
    number: Annotated[str, Field(examples=["M00000001"])]
    state: Literal["active", "frozen"]
    tier: str | None
    waiting: Annotated[list[Waiting], Field(description="What waits for the member in this store. Ask for the code.")]
