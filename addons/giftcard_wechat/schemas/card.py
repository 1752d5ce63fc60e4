from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from .common import PageQuery, Request, Timestamp, Value, value_of
from .theme import ThemeSummary

# Documents by which a member knows a movement; others are the staff's.
DOCUMENTS = ("giftcard.redemption", "giftcard.store.payment", "pos.order", "sale.order")


def _near(day):
    if not 2000 <= day.year < 3000:
        raise ValueError("no year of this millennium")
    return day


class CardQuery(PageQuery):
    kind: Annotated[
        Literal["gift_card", "ewallet", "loyalty", "goods_card", "coupons"] | None,
        Field(description="Only cards of this kind."),
    ] = None
    usable: Annotated[bool, Field(description="Only cards that can be used now and have something on them.")] = False


Day = Annotated[date, AfterValidator(_near)]


class Period(Request):
    since: Annotated[Day | None, Field(description="First day, in the company's time zone.")] = None
    until: Annotated[Day | None, Field(description="Last day.")] = None


class StatementQuery(PageQuery, Period):
    kind: Annotated[
        str | None, Field(max_length=20, pattern="^[a-z]+$", description="Only movements of this kind, e.g. `spend`.")
    ] = None


class Expiring(BaseModel):
    """What expires next."""

    amount: Value
    on: Annotated[date, Field(description="The last day on which it can be used.")]


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
    expiring: Annotated[Expiring | None, Field(description="The part of it that expires first; null: nothing does.")]
    theme: ThemeSummary | None

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
            expiring=Expiring(amount=value_of(card, card.next_expiry_amount), on=card.next_expiry_day)
            if card.next_expiry_day
            else None,
            theme=ThemeSummary.from_record(card.theme_id) if card.theme_id else None,
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
    document: Annotated[str | None, Field(description="Order, payment or redemption it belongs to.")]

    @classmethod
    def from_record(cls, entry):
        # A movement of the member's own card belongs to a document of his.
        operation = entry.sudo().operation_id
        labels = dict(entry._fields["kind"]._description_selection(entry.env))
        return cls(
            number=entry.version,
            time=entry.date,
            kind=entry.kind,
            label=labels[entry.kind],
            amount=value_of(entry.card_id, entry.amount),
            balance_after=value_of(entry.card_id, entry.balance),
            store=entry.store_id.name or None,
            document=(operation.res_model in DOCUMENTS and operation.document_name) or None,
        )
