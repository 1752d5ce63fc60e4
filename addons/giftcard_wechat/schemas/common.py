"""Types that all schemas share. Values are exact: no float reaches a client.

Money is a decimal string with its ISO 4217 code; points are a JSON number without an exponent, an integer in a program
of whole points. Times are RFC 3339 in UTC.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from ..api.endpoint import MAX_ID

CENT = Decimal("0.01")


def exact(value):
    """:return: an ORM float of two decimals as the NUMERIC that it came from"""
    return Decimal(repr(value)).quantize(CENT)


def number(value):
    """:return: the shortest exact JSON number; two decimals survive a double below 10**13"""
    return int(value) if value == value.to_integral_value() else float(value)


def amount_of(value, code, decimals):
    """:return: :class:`Money` of an ORM float in the currency with this ISO code and number of decimals"""
    return Money(amount=f"{exact(value):.{decimals}f}", currency=code)


def money(value, currency):
    """:return: :class:`Money` of an ORM float in a ``res.currency``"""
    return amount_of(value, currency.name, currency.decimal_places)


Points = Annotated[
    Decimal,
    PlainSerializer(number, return_type=int | float),
    WithJsonSchema({"type": "number", "description": "Points; an integer in programs of whole points."}),
]
Timestamp = Annotated[datetime, AfterValidator(lambda value: value.replace(tzinfo=UTC))]
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
RecordId = Annotated[int, Field(ge=1, le=MAX_ID, strict=True)]


class Request(BaseModel):
    """Base of what a client sends; what is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class Money(BaseModel):
    amount: Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", examples=["100.00"])]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217.", examples=["CNY"])]


class PointsAmount(BaseModel):
    points: Points


Value = Annotated[Money | PointsAmount, Field(description="Money of a gift card or eWallet, or points.")]


class PageQuery(Request):
    limit: Annotated[int, Field(ge=1, le=100, description="Items of a page.")] = 20
    cursor: Annotated[
        str | None, Field(max_length=500, pattern="^[A-Za-z0-9_-]+$", description="`next_cursor` of the page before.")
    ] = None


Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    items: list[Item]
    next_cursor: Annotated[
        str | None, Field(description="Ask for the next page with it; null on the last.", examples=[None])
    ]


def value_of(card, amount):
    """:return: an amount in the card's unit as :data:`Value`"""
    program = card.program_id
    if program.program_type in ("gift_card", "ewallet"):
        return money(amount, program.currency_id)
    return PointsAmount(points=exact(amount))
