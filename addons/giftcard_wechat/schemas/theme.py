from typing import Annotated

from pydantic import BaseModel, Field

from ..api.endpoint import PREFIX
from .common import Money, PageQuery, money


class ThemeQuery(PageQuery):
    sold: Annotated[
        bool | None, Field(description="`true`: gift cards that can be bought; `false`: covers for gifts alone.")
    ] = None


class ThemeSummary(BaseModel):
    id: int
    name: str
    cover_url: Annotated[str | None, Field(description="Path of a picture that needs no login.")]

    @classmethod
    def values_of(cls, theme):
        # Covers are no secret, be the theme offered any more or not.
        theme = theme.sudo()
        return {
            "id": theme.id,
            "name": theme.name,
            "cover_url": f"{PREFIX}/themes/{theme.id}/image?v={int(theme.write_date.timestamp())}"
            if theme.image_128
            else None,
        }

    @classmethod
    def from_record(cls, theme):
        return cls(**cls.values_of(theme))


class Theme(ThemeSummary):
    """What a gift card looks like, and for which amounts it is sold."""

    sold: Annotated[bool, Field(description="Whether gift cards are sold with it; otherwise it is a cover for gifts.")]
    amounts: Annotated[list[Money], Field(description="Face values.")]
    amount_min: Annotated[Money | None, Field(description="Least free amount; null: the face values only.")]
    amount_max: Annotated[Money | None, Field(description="Highest free amount.")]

    @classmethod
    def from_record(cls, theme):
        currency = theme.currency_id
        free = theme.amount_max > 0
        return cls(
            **cls.values_of(theme),
            sold=bool(theme.product_id.id),
            amounts=[money(value.amount, currency) for value in theme.value_ids.sorted("amount")],
            amount_min=money(theme.amount_min, currency) if free else None,
            amount_max=money(theme.amount_max, currency) if free else None,
        )
