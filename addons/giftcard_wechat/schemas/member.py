from typing import Annotated

from pydantic import BaseModel, Field

from .common import Money, Points, Timestamp, exact


class Member(BaseModel):
    """The member and what is free to spend: balances less what is held."""

    number: Annotated[str, Field(description="Member number.", examples=["M00000001"])]
    name: str
    since: Timestamp
    points: Points
    stored_value: Money

    @classmethod
    def from_record(cls, member, points, stored_value):
        return cls(
            number=member.member_number,
            name=member.name,
            since=member.member_since,
            points=exact(points),
            stored_value=stored_value,
        )
