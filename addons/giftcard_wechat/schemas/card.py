from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from .common import Timestamp, Value, value_of


class Card(BaseModel):
    id: int
    number: Annotated[str, Field(description="Card number.")]
    program: Annotated[str, Field(description="Name of the program.")]
    kind: Annotated[
        str,
        Field(description="`gift_card`, `ewallet`, `loyalty` (points), `goods_card` (pieces) or a coupon's kind."),
    ]
    balance: Value
    held: Annotated[Value, Field(description="Part of the balance set aside for open orders.")]
    available: Annotated[Value, Field(description="What is free to spend.")]
    state: Literal["generated", "active", "frozen", "used", "replaced", "expired", "closed"]
    expires_on: Annotated[date | None, Field(description="Last day of use of the card.")]

    @classmethod
    def from_record(cls, card):
        return cls(
            id=card.id,
            number=card.code,
            program=card.program_id.name,
            kind=card.program_id.program_type,
            balance=value_of(card, card.balance),
            held=value_of(card, card.held),
            available=value_of(card, card.points),
            state=card.state,
            expires_on=card.expiration_date or None,
        )


class Entry(BaseModel):
    """A movement of a card."""

    number: Annotated[int, Field(description="1, 2, 3, … on each card, without gaps.")]
    time: Timestamp
    kind: Annotated[str, Field(description="`earn`, `spend`, `refund`, `expire`, …")]
    label: Annotated[str, Field(description="The kind in the client's language.")]
    amount: Annotated[Value, Field(description="Signed.")]
    balance_after: Value
    store: Annotated[str | None, Field(description="Where it happened.")]

    @classmethod
    def from_record(cls, entry):
        labels = dict(entry._fields["kind"]._description_selection(entry.env))
        return cls(
            number=entry.version,
            time=entry.date,
            kind=entry.kind,
            label=labels[entry.kind],
            amount=value_of(entry.card_id, entry.amount),
            balance_after=value_of(entry.card_id, entry.balance),
            store=entry.store_id.name or None,
        )
