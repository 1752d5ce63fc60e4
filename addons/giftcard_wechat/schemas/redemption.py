from typing import Annotated, Literal

from pydantic import BaseModel, Field

from .common import Points, RecordId, Request, Text, Timestamp, exact


class RedemptionLineRequest(Request):
    reward_id: RecordId
    quantity: Annotated[int, Field(ge=1, le=1000, strict=True)]


class RedemptionRequest(Request):
    store_id: Annotated[RecordId, Field(description="Where the goods will be picked up.")]
    lines: Annotated[list[RedemptionLineRequest], Field(min_length=1, max_length=50)]


class Cancellation(Request):
    reason: Text | None = None


class RedemptionLine(BaseModel):
    reward_id: Annotated[int | None, Field(description="Null for the goods of a goods card.")]
    name: str
    quantity: int
    points_price: Points

    @classmethod
    def from_record(cls, line):
        return cls(
            reward_id=line.reward_id.id or None,
            # The reward may not be offered any more, but the member has redeemed it.
            name=line._label(),
            quantity=line.quantity,
            points_price=exact(line.points_price),
        )


class Transition(BaseModel):
    state: str
    time: Timestamp
    by: Literal["member", "store"]
    reason: str | None

    @classmethod
    def from_record(cls, transition):
        return cls(
            state=transition.to_state,
            time=transition.date,
            by="member" if transition.member_id else "store",
            reason=transition.reason or None,
        )


class Pickup(BaseModel):
    """What to show at the counter."""

    digits: Annotated[str, Field(pattern="^[0-9]{8}$")]
    token: Annotated[str, Field(description="Content of the QR code.")]
    state: Literal["open", "used", "expired", "void"]
    valid_until: Timestamp
    used_at: Timestamp | None

    @classmethod
    def from_record(cls, code):
        # A member sees the codes of his own redemptions; the record rules have let only those through.
        code = code.sudo()
        return cls(
            digits=code.digits,
            token=code.token,
            state=code.state,
            valid_until=code.valid_until,
            used_at=code.used_at or None,
        )


class RedemptionSummary(BaseModel):
    id: int
    number: str
    time: Timestamp
    state: Annotated[
        str,
        Field(
            description="`awaiting_payment`, `to_review`, `in_review`, `approved`, `picking`, `ready`, `shipped`, "
            "`done`, `rejected`, `cancelled`, `expired`, `returned`."
        ),
    ]
    label: Annotated[str, Field(description="The state in the client's language.")]
    store_id: Annotated[int | None, Field(description="Where the goods are picked up; null: they are not.")]
    store: str | None
    points: Points
    lines: list[RedemptionLine]

    @classmethod
    def values_of(cls, redemption):
        labels = dict(redemption._fields["state"]._description_selection(redemption.env))
        return {
            "id": redemption.id,
            "number": redemption.name,
            "time": redemption.date,
            "state": redemption.state,
            "label": labels[redemption.state],
            "store_id": redemption.store_id.id or None,
            # A store that has closed since keeps its name.
            "store": redemption.sudo().store_id.name or None,
            "points": exact(redemption.points),
            "lines": [RedemptionLine.from_record(line) for line in redemption.line_ids],
        }

    @classmethod
    def from_record(cls, redemption):
        return cls(**cls.values_of(redemption))


class Redemption(RedemptionSummary):
    transitions: list[Transition]
    pickup: Annotated[Pickup | None, Field(description="Null until the goods are ready.")]

    @classmethod
    def from_record(cls, redemption):
        code = redemption.pickup_code_ids.sorted("id")[-1:]
        return cls(
            **cls.values_of(redemption),
            transitions=[Transition.from_record(transition) for transition in redemption.transition_ids],
            pickup=Pickup.from_record(code) if code else None,
        )
