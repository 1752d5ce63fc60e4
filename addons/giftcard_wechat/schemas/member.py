from typing import Annotated

from pydantic import BaseModel, Field

from .common import Money, Points, Timestamp, amount_of, exact


class Member(BaseModel):
    """The member and what is free to spend: balances less what is held."""

    number: Annotated[str, Field(description="Member number.", examples=["M00000001"])]
    name: str
    since: Timestamp
    points: Points
    stored_value: Money

    @classmethod
    def from_row(cls, row):
        return cls(
            number=row["number"],
            name=row["name"],
            since=row["since"],
            points=exact(row["points"]),
            stored_value=amount_of(row["money"], row["currency"], row["decimals"]),
        )
