from typing import Annotated

from pydantic import BaseModel, Field

from ..api.endpoint import MAX_ID, PREFIX
from .common import PageQuery, Points, Request, exact


class StockQuery(Request):
    store_id: Annotated[
        int | None, Field(ge=1, le=MAX_ID, description="Tell the stock of this store; without it, of all stores.")
    ] = None


class RewardQuery(PageQuery, StockQuery):
    pass


class Reward(BaseModel):
    id: int
    name: str
    points_price: Points
    description: Annotated[str | None, Field(description="Sanitised HTML.")]
    image_url: Annotated[str | None, Field(description="Path of a picture that needs no login.")]
    available: Annotated[int | None, Field(description="Pieces that can be redeemed now; null: no limit.")]
    redeemed_out: bool
    affordable: Annotated[bool, Field(description="Whether the member has the points for one.")]

    @classmethod
    def from_record(cls, reward, points):
        """:param points: what the member may spend in the reward's program"""
        limited = reward.availability != "unlimited"
        # Products are not the member's to read. The stored pictures tell their size; the product's own field, which is
        # computed from them, would read each file to know whether there is one.
        product = reward.sudo().product_id.with_context(bin_size=True)
        picture = product.image_variant_128 or product.product_tmpl_id.image_128
        return cls(
            id=reward.id,
            name=reward.name,
            points_price=exact(reward.points_price),
            description=reward.description or None,
            image_url=f"{PREFIX}/rewards/{reward.id}/image" if picture else None,
            available=reward.available_quantity if limited else None,
            redeemed_out=reward.availability == "redeemed_out",
            affordable=points >= reward.points_price,
        )
