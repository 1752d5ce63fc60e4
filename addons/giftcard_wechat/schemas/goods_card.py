from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from .common import RecordId, Request, Text


class GoodsCardClaim(Request):
    secret: Annotated[Text, Field(description="As printed under the scratch field, or scanned.")]
    number: Annotated[Text | None, Field(description="Of the card.")] = None


class GoodsCardPick(Request):
    item_id: RecordId
    quantity: Annotated[int, Field(ge=1, le=1000, strict=True)]


class GoodsCardExchange(Request):
    store_id: Annotated[RecordId, Field(description="Where the goods will be picked up.")]
    picks: Annotated[list[GoodsCardPick], Field(min_length=1, max_length=50)]


class GoodsItem(BaseModel):
    id: int
    name: str
    left: Annotated[int, Field(description="Pieces of it that this card can still have.")]


class GoodsCard(BaseModel):
    id: int
    number: str
    kind: str
    promise: Annotated[str, Field(description="What such a card is worth, in words.")]
    left: Annotated[int, Field(description="Pieces that can still be exchanged, whichever goods they are.")]
    expires_on: date | None
    items: list[GoodsItem]

    @classmethod
    def from_record(cls, card):
        # The member's own card; which goods such cards are for is no secret.
        card = card.sudo()
        taken, program = card._goods_taken(), card.program_id
        return cls(
            id=card.id,
            number=card.code,
            kind=program.name,
            promise=program.goods_promise,
            left=int(card.points),
            expires_on=card.expiration_date or None,
            items=[
                GoodsItem(id=item.id, name=item.display_name, left=max(0, item.quantity - taken[item.id]))
                for item in program.goods_item_ids
            ],
        )
