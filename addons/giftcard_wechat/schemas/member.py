from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from .common import Money, Points, Request, Text, Timestamp, amount_of, exact

DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def masked(phone):
    """:return: a phone number without its middle"""
    return f"{phone[:-8]}****{phone[-4:]}"


class Birthday(Request):
    month: Annotated[int, Field(ge=1, le=12, strict=True)]
    day: Annotated[int, Field(ge=1, le=31, strict=True)]
    year: Annotated[int | None, Field(ge=1900, le=2100, strict=True, description="The member's to tell or not.")] = None

    @model_validator(mode="after")
    def check_day(self):
        if self.day > DAYS[self.month - 1]:
            raise ValueError("the month has no such day")
        return self


class Member(BaseModel):
    """The member and what is free to spend: balances less what is held."""

    number: Annotated[str, Field(description="Member number.", examples=["M00000001"])]
    name: str
    since: Timestamp
    points: Points
    stored_value: Money
    phone: Annotated[str | None, Field(description="The number that is bound, masked.", examples=["+86138****8000"])]
    avatar_url: Annotated[str | None, Field(description="Path of the picture; another one after each change.")]
    birthday: Birthday | None

    @classmethod
    def from_row(cls, row, prefix):
        return cls(
            number=row["number"],
            name=row["name"],
            since=row["since"],
            points=exact(row["points"]),
            stored_value=amount_of(row["money"], row["currency"], row["decimals"]),
            phone=row["phone"] and masked(row["phone"]),
            avatar_url=row["avatar"] and f"{prefix}/avatars/{row['avatar']}",
            birthday={"month": int(row["month"]), "day": row["day"], "year": row["year"] or None}
            if row["month"] and row["day"]
            else None,
        )


class ProfileChange(Request):
    """What is to change; what is left out stays."""

    name: Annotated[
        Text | None, Field(max_length=32, description="Shown to others. While it waits for a review the old one stays.")
    ] = None
    birthday: Annotated[Birthday | None, Field(description="Told once; after that the shop changes it.")] = None


class Avatar(Request):
    image: Annotated[
        str,
        Field(
            min_length=64,
            max_length=60000,
            pattern="^[A-Za-z0-9+/]+=*$",
            description="JPEG or PNG in base 64; at most 44 KB and 2,048 pixels a side.",
            examples=[
                "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
            ],
        ),
    ]
