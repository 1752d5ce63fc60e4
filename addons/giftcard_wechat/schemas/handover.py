from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from .common import Timestamp


class Handover(BaseModel):
    """One piece of a virtual reward."""

    id: int
    name: str
    kind: Annotated[
        Literal["topup", "coupon", "tier", "code", "file"],
        Field(description="Stored value, a coupon, membership time, a code to be asked for, a file to be downloaded."),
    ]
    state: Annotated[
        Literal["pending", "done", "failed", "withdrawn"],
        Field(description="`failed` is tried again by the store until it is `done`."),
    ]
    time: Annotated[Timestamp | None, Field(description="When it was handed over.")]

    @classmethod
    def from_record(cls, fulfilment):
        return cls(
            id=fulfilment.id,
            name=fulfilment.reward_id.name,
            kind=fulfilment.kind,
            state=fulfilment.state,
            time=fulfilment.done_at or None,
        )


class Handovers(BaseModel):
    items: list[Handover]


class Code(BaseModel):
    code: str
    valid_until: Annotated[date | None, Field(description="Last day of use.")]


class Link(BaseModel):
    url: Annotated[str, Field(description="Good for some hours and downloads; ask for a new one at any time.")]
