from typing import Annotated

from pydantic import BaseModel, Field

from ..api.problems import as_problem
from .common import Money, Points, RecordId, Request, exact, money
from .redemption import Destination, Pieces, RedemptionLineRequest
from .reward import image_url


class ListItemRequest(Request):
    quantity: Annotated[Pieces, Field(description="In the place of those there.")]
    price_id: Annotated[
        RecordId | None, Field(description="One of the reward's `prices`; without it, for points alone.")
    ] = None


class ListItem(BaseModel):
    reward_id: int
    name: str
    image_url: str | None
    price_id: Annotated[int | None, Field(description="Null: for points alone.")]
    quantity: int
    points: Annotated[Points, Field(description="For all pieces.")]
    cash: Money

    @classmethod
    def from_record(cls, line):
        # The member has put it there; products are not his to read.
        line = line.sudo()
        return cls(
            reward_id=line.reward_id.id,
            name=line.reward_id.name,
            image_url=image_url(line.reward_id),
            price_id=line.price_id.id or None,
            quantity=line.quantity,
            points=exact(line.points),
            cash=money(line.cash_price * line.quantity, line.redemption_id.company_id.currency_id),
        )


class RedemptionList(BaseModel):
    """What the member has chosen and not submitted: nothing is held or reserved by it."""

    items: list[ListItem]
    points: Points
    cash: Money

    @classmethod
    def from_record(cls, draft, currency):
        """:param draft: ``giftcard.redemption``, or none"""
        return cls(
            items=[ListItem.from_record(line) for line in draft.line_ids],
            points=exact(draft.points),
            cash=money(draft.cash_amount, currency),
        )


class QuoteRequest(Destination):
    lines: Annotated[
        list[RedemptionLineRequest] | None,
        Field(min_length=1, max_length=50, description="Without them, what is on the redemption list."),
    ] = None


class QuoteLine(BaseModel):
    reward_id: int
    name: str
    price_id: int | None
    quantity: int
    points: Points
    cash: Money
    available: Annotated[int | None, Field(description="Pieces that there are; null: no limit.")]


class Carrier(BaseModel):
    id: int
    name: str
    amount: Money


class Obstacle(BaseModel):
    """What a submission would be refused for now, as a problem says it."""

    code: str
    detail: str
    available: Annotated[float | None, Field(description="What there is, where that is the reason.")]


class Quote(BaseModel):
    lines: list[QuoteLine]
    points: Points
    cash: Annotated[Money, Field(description="For the rewards.")]
    shipping: Money
    total: Annotated[Money, Field(description="Money in all.")]
    balance: Annotated[Points, Field(description="Points that the member may spend on these rewards.")]
    missing: Annotated[Points, Field(description="Points that the member lacks; 0: none. See `GET /rules` for more.")]
    carriers: Annotated[list[Carrier], Field(description="Who would deliver it; the first is taken unless chosen.")]
    problem: Annotated[Obstacle | None, Field(description="Null: it can be submitted, given the points.")]

    @classmethod
    def from_quote(cls, quote, balance, carriers, currency):
        """
        :param quote: of ``giftcard.redemption._quote``
        :param balance: points that the member may spend
        :param carriers: list of (``delivery.carrier``, amount)
        """
        problem = quote["problem"] and as_problem(quote["problem"])
        return cls(
            lines=[
                QuoteLine(
                    reward_id=line["reward"].id,
                    name=line["reward"].name,
                    price_id=line["price"].id or None,
                    quantity=line["quantity"],
                    points=exact(line["points"]),
                    cash=money(line["cash"], currency),
                    available=line["available"],
                )
                for line in quote["lines"]
            ],
            points=exact(quote["points"]),
            cash=money(quote["cash"], currency),
            shipping=money(quote["shipping"], currency),
            total=money(quote["total"], currency),
            balance=exact(balance),
            missing=exact(max(0.0, quote["points"] - balance)),
            carriers=[
                Carrier(id=carrier.id, name=carrier.name, amount=money(amount, currency))
                for carrier, amount in carriers
            ],
            problem=problem
            and Obstacle(code=problem.type.code, detail=problem.description, available=problem.available),
        )
