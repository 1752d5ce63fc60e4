from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, Field

from odoo import models

from ..api.endpoint import MAX_ID, PREFIX
from .common import Money, PageQuery, Points, Request, Text, Timestamp, exact, money

RecordQuery = Annotated[int, Field(ge=1, le=MAX_ID)]


class StockQuery(Request):
    store_id: Annotated[
        int | None, Field(ge=1, le=MAX_ID, description="Tell the stock of this store; without it, of all stores.")
    ] = None


class RewardQuery(PageQuery, StockQuery):
    search: Annotated[
        Text | None,
        Field(
            description="Words of names, categories, brands, scenes and specifications in any language; Chinese needs"
            " no spaces. Where no reward has all the words, those with half of them are found.",
            examples=["保温杯"],
        ),
    ] = None
    category_id: Annotated[RecordQuery | None, Field(description="Of this category or those below it.")] = None
    brand_id: RecordQuery | None = None
    scene_id: RecordQuery | None = None
    kind: Annotated[
        Literal["goods", "topup", "coupon", "tier", "code", "file"] | None, Field(description="What it is.")
    ] = None
    points_from: Annotated[float | None, Field(ge=0, le=1e9, allow_inf_nan=False)] = None
    points_to: Annotated[float | None, Field(ge=0, le=1e9, allow_inf_nan=False)] = None
    affordable: Annotated[bool, Field(description="Only what the member has the points for.")] = False
    handed_out: Annotated[bool, Field(description="With `store_id`: only what that store hands out.")] = False
    sort: Annotated[
        Literal["default", "points", "-points", "newest", "popular"],
        Field(description="`-points`: the dearest first; `popular`: redeemed most often first."),
    ] = "default"


class SimilarQuery(StockQuery):
    limit: Annotated[int, Field(ge=1, le=20)] = 6


class Onlooker(NamedTuple):
    """What matters of the member who looks at rewards."""

    #: dict of points program id -> what may be spent
    points: dict
    #: ``giftcard.tier``
    tier: models.Model
    #: ids of rewards
    favourites: set


class CashPrice(BaseModel):
    """One way to pay for a piece: points and money."""

    id: Annotated[int, Field(description="`price_id` of a line that is paid so.")]
    points: Points
    cash: Money

    @classmethod
    def from_record(cls, price):
        return cls(id=price.id, points=exact(price.points), cash=money(price.cash, price.currency_id))


class Reward(BaseModel):
    id: int
    name: str
    kind: Annotated[
        Literal["goods", "topup", "coupon", "tier", "code", "file"],
        Field(description="Goods are picked up or delivered; all else is handed over at once."),
    ]
    points_price: Annotated[Points, Field(description="For points alone.")]
    prices: Annotated[list[CashPrice], Field(description="Other ways to pay: fewer points, and money.")]
    description: Annotated[str | None, Field(description="Sanitised HTML.")]
    image_url: Annotated[str | None, Field(description="Path of a picture that needs no login.")]
    available: Annotated[int | None, Field(description="Pieces that can be redeemed now; null: no limit.")]
    redeemed_out: bool
    affordable: Annotated[bool, Field(description="Whether the member has the points for one.")]
    favourite: Annotated[bool, Field(description="Whether the member keeps it as a favourite.")]
    category_id: int | None
    brand_id: int | None
    scene_ids: list[int]
    opens_at: Annotated[
        Timestamp | None, Field(description="When members of this tier can redeem it; null: always could.")
    ]
    closes_at: Annotated[Timestamp | None, Field(description="From when nobody can redeem it; null: not known.")]
    tiers: Annotated[list[str], Field(description="Names of the tiers that can redeem it; empty: all.")]
    variants: Annotated[int, Field(description="How many specifications there are to choose from; 0: none.")]

    @classmethod
    def from_record(cls, reward, onlooker):
        """:param onlooker: :class:`Onlooker`"""
        return cls(**cls.values_of(reward, onlooker))

    @classmethod
    def values_of(cls, reward, onlooker):
        limited = reward.availability != "unlimited"
        # What the mall shows of a reward is public; tiers and products as such are not the member's to read.
        public = reward.sudo()
        terms = public._terms()
        return {
            "id": reward.id,
            "name": reward.name,
            "kind": public.kind,
            "points_price": exact(reward.points_price),
            "prices": [CashPrice.from_record(price) for price in public.price_ids],
            "description": terms.description or None,
            "image_url": image_url(public),
            "available": reward.available_quantity if limited else None,
            "redeemed_out": reward.availability == "redeemed_out",
            "affordable": onlooker.points.get(public.program_id.id, 0.0) >= reward.points_price,
            "favourite": reward.id in onlooker.favourites,
            "category_id": terms.category_id.id or None,
            "brand_id": terms.brand_id.id or None,
            "scene_ids": terms.scene_ids.ids,
            "opens_at": terms._opens_for(onlooker.tier) or None,
            "closes_at": terms.closes_at or None,
            "tiers": terms.tier_ids.mapped("name"),
            "variants": len(options_of(public)),
        }


class Picture(BaseModel):
    url: Annotated[str, Field(description="Path of a picture that needs no login.")]
    text: Annotated[str | None, Field(description="What it shows, for those who cannot see it.")]


class Specification(BaseModel):
    name: str
    value: str


class Variant(BaseModel):
    """One of the specifications to choose from; redeem it by its own `id`."""

    id: int
    name: Annotated[str, Field(description="The specification, e.g. a colour.")]
    points_price: Points
    prices: list[CashPrice]
    image_url: str | None
    available: int | None
    redeemed_out: bool


class RewardDetail(Reward):
    pictures: Annotated[list[Picture], Field(description="Beside `image_url`.")]
    specifications: list[Specification]
    options: Annotated[list[Variant], Field(description="The specifications to choose from; empty when there is one.")]
    usage: Annotated[str | None, Field(description="How to use it; sanitised HTML.")]
    validity: Annotated[str | None, Field(description="Until when and where it counts.")]
    member_limit: Annotated[int | None, Field(description="Pieces that one member can have; null: no limit.")]
    limit_period: Annotated[Literal["day", "week", "month", "ever"], Field(description="In which time.")]
    left_for_member: Annotated[int | None, Field(description="Pieces that are left of that; null: no limit.")]
    store_ids: Annotated[list[int], Field(description="Only handed out in these stores; empty: in all, and delivered.")]

    @classmethod
    def from_record(cls, reward, onlooker, member, available):
        """:param available: dict of reward id -> pieces of each specification on its own"""
        # As in Reward.
        public = reward.sudo()
        terms = public._terms()
        return cls(
            **cls.values_of(reward, onlooker),
            pictures=[
                Picture(url=f"{PREFIX}/rewards/{terms.id}/pictures/{picture.id}", text=picture.name or None)
                for picture in terms.picture_ids
            ],
            specifications=[
                Specification(name=specification.name, value=specification.value)
                for specification in terms.specification_ids
            ],
            options=[
                Variant(
                    id=option.id,
                    name=option.option_name,
                    points_price=exact(option.points_price),
                    prices=[CashPrice.from_record(price) for price in option.price_ids],
                    image_url=image_url(option),
                    available=available[option.id],
                    redeemed_out=available[option.id] == 0,
                )
                for option in options_of(public)
            ],
            usage=terms.usage or None,
            validity=terms.validity or None,
            member_limit=terms.member_limit or None,
            limit_period=terms.limit_period,
            left_for_member=terms._left_for(member),
            store_ids=terms.store_ids.ids,
        )


class Rewards(BaseModel):
    items: list[Reward]


class Category(BaseModel):
    id: int
    name: str
    parent_id: Annotated[int | None, Field(description="The category it stands in.")]
    image_url: str | None
    rewards: Annotated[int, Field(description="How many the member sees in it and in those below it.")]


class Categories(BaseModel):
    items: list[Category]


class TagQuery(Request):
    kind: Literal["brand", "scene"] | None = None


class Tag(BaseModel):
    """A brand, or a scene: the occasion that members shop for."""

    id: int
    kind: Literal["brand", "scene"]
    name: str
    image_url: str | None
    rewards: Annotated[int, Field(description="How many the member sees.")]


class Tags(BaseModel):
    items: list[Tag]


def options_of(reward):
    """:return: the specifications of a reward, itself first; none when there is nothing to choose"""
    family = reward._terms() | reward._terms().variant_ids.filtered("published")
    return family if len(family) > 1 else reward.browse()


def image_url(reward):
    """:return: path of the picture of a reward, or None. Whether there is one is asked without reading it."""
    product = reward.product_id.with_context(bin_size=True)
    found = product.image_variant_128 or product.product_tmpl_id.image_128
    return f"{PREFIX}/rewards/{reward.id}/image" if found else None


def has_image(record):
    """:return: whether a record of ``image.mixin`` has a picture, without reading it"""
    return bool(record.with_context(bin_size=True).image_128)
