from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from .common import PageQuery, Points, Timestamp, exact


class ExpiringPoints(BaseModel):
    points: Points
    on: Annotated[date, Field(description="The last day on which they can be used.")]


class PointsBalance(BaseModel):
    """Points of one program."""

    card_id: Annotated[int, Field(description="For its statement: `GET /cards/{card_id}/entries`.")]
    program: str
    unit: Annotated[str, Field(description="What the points are called.")]
    balance: Points
    held: Annotated[Points, Field(description="Set aside for open orders.")]
    available: Points
    expiring: Annotated[list[ExpiringPoints], Field(description="What expires on which day, the next first.")]


class PointsBalances(BaseModel):
    items: list[PointsBalance]


class Tier(BaseModel):
    id: int
    name: str
    threshold: Annotated[Points, Field(description="Growth from which members reach it.")]
    earn_multiplier: Annotated[float, Field(description="So many times the points.")]
    birthday_multiplier: Annotated[float, Field(description="Beside it, around the birthday.")]
    member_prices: Annotated[bool, Field(description="Whether it has prices of its own.")]
    birthday_gift: Annotated[str | None, Field(description="What members get on their birthday.")]
    early_access_hours: Annotated[int, Field(description="So much before others hot rewards are shown.")]

    @classmethod
    def from_record(cls, tier):
        # What tiers give is no secret.
        tier = tier.sudo()
        return cls(
            id=tier.id,
            name=tier.name,
            threshold=exact(tier.threshold),
            earn_multiplier=tier.earn_multiplier,
            birthday_multiplier=tier.birthday_multiplier,
            member_prices=bool(tier.pricelist_id),
            birthday_gift=tier.birthday_program_id.name or None,
            early_access_hours=tier.early_access_hours,
        )


class TierStanding(BaseModel):
    """The member's tier and the way to the next one."""

    tier: Tier | None
    growth: Annotated[Points, Field(description="Within the window of tiers.")]
    window_months: int
    next_tier: Tier | None
    missing: Annotated[Points, Field(description="Growth that the next tier needs.")]
    progress: Annotated[float, Field(ge=0, le=100, description="Percent of the way from none to the next tier.")]
    kept_until: Annotated[
        date | None, Field(description="The growth is too low by now: after this day the tier is lost.")
    ]
    tiers: Annotated[list[Tier], Field(description="All tiers, the lowest first.")]


class TierChange(BaseModel):
    time: Timestamp
    from_tier: Annotated[str | None, Field(description="Name.")]
    to_tier: str | None
    reason: Annotated[str, Field(description="`rise`, `fall`, `grant`, `end`, `merge`.")]
    label: Annotated[str, Field(description="The reason in the client's language.")]

    @classmethod
    def from_record(cls, change):
        labels = dict(change._fields["reason"]._description_selection(change.env))
        change = change.sudo()  # Tiers of old may be archived; their names are no secret.
        return cls(
            time=change.date,
            from_tier=change.from_tier_id.name or None,
            to_tier=change.to_tier_id.name or None,
            reason=change.reason,
            label=labels[change.reason],
        )


class Rules(BaseModel):
    """The public rules of a program that count today."""

    program_id: int
    program: str
    number: Annotated[int, Field(description="Of the version.")]
    effective_from: date
    published_at: Timestamp
    summary: Annotated[str | None, Field(description="What has changed.")]
    html: Annotated[str, Field(description="Sanitised HTML.")]

    @classmethod
    def from_record(cls, version):
        version = version.sudo()  # Published rules are public.
        return cls(
            program_id=version.program_id.id,
            program=version.program_id.name,
            number=version.number,
            effective_from=version.effective_from,
            published_at=version.published_at,
            summary=version.summary or None,
            html=str(version.html),
        )


class RulesList(BaseModel):
    items: list[Rules]


class CouponQuery(PageQuery):
    usable: Annotated[bool, Field(description="Only coupons that can be used now.")] = False


class Coupon(BaseModel):
    id: int
    code: Annotated[str, Field(description="To be shown at the till as text and QR code.")]
    program: str
    rewards: Annotated[list[str], Field(description="What it gives, in words.")]
    state: str
    usable: bool
    expires_on: date | None

    @classmethod
    def from_record(cls, card, today):
        # The member's own coupon; what it gives is no secret.
        program = card.sudo().program_id
        in_time = not card.expiration_date or card.expiration_date >= today
        return cls(
            id=card.id,
            code=card.code,
            program=program.name,
            rewards=[reward.description or "" for reward in program.reward_ids],
            state=card.state,
            usable=card.state == "active" and in_time and card.points > 0,
            expires_on=card.expiration_date or None,
        )
