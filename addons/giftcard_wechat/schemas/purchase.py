from typing import Annotated, Literal

from pydantic import BaseModel, Field

from .card import Card
from .common import Money, RecordId, Request, Text, Timestamp, money
from .payment import Amount, Method, Payment
from .theme import ThemeSummary

Phone = Annotated[str, Field(max_length=20, pattern=r"^\+?([0-9][ -]?){7,15}$", examples=["13800138000"])]


class CardOrderRequest(Request):
    theme_id: RecordId
    amount: Annotated[Amount, Field(description="Value of each card.")]
    quantity: Annotated[int, Field(ge=1, le=100, strict=True)] = 1
    method: Method = "wechat_jsapi"


class TopUpRequest(Request):
    amount: Annotated[Amount, Field(description="What is paid.")]
    program_id: Annotated[RecordId | None, Field(description="Of `GET /top-up-programs`; by default the first.")] = None
    phone: Annotated[Phone | None, Field(description="Of another member to top up; by default oneself.")] = None
    method: Method = "wechat_jsapi"


class CodeTopUpRequest(Request):
    secret: Annotated[Text, Field(description="Under the scratch field of a paper card, or its QR code.")]
    number: Annotated[Text | None, Field(description="Of the card.")] = None
    program_id: RecordId | None = None


class TopUpTier(BaseModel):
    paid: Annotated[Money, Field(description="Who pays so much at once…")]
    bonus: Annotated[Money, Field(description="…gets so much more.")]


class TopUpProgram(BaseModel):
    """Stored value that can be topped up."""

    id: int
    name: str
    tiers: list[TopUpTier]
    highest_load: Annotated[Money | None, Field(description="What may be paid at once; null: no limit.")]
    highest_balance: Annotated[Money | None, Field(description="What a wallet may hold; null: no limit.")]

    @classmethod
    def from_record(cls, program):
        # What is on offer is no secret.
        program = program.sudo()
        currency = program.currency_id
        return cls(
            id=program.id,
            name=program.name,
            tiers=[
                TopUpTier(paid=money(tier.paid, currency), bonus=money(tier.bonus, currency))
                for tier in program.top_up_tier_ids.sorted("paid")
            ],
            highest_load=money(program.max_load, currency) if program.max_load else None,
            highest_balance=money(program.max_balance, currency) if program.max_balance else None,
        )


class TopUpPrograms(BaseModel):
    items: list[TopUpProgram]


class Purchase(BaseModel):
    id: int
    number: str
    time: Timestamp
    state: Annotated[
        Literal["unpaid", "paid", "done", "cancelled"],
        Field(description="`paid`: the money is there, the value follows in a moment; `done`: the value is there."),
    ]
    total: Money
    payment: Payment

    @classmethod
    def values_of(cls, order, payment):
        state = {"sale": "done", "cancel": "cancelled"}.get(order.state)
        return {
            "id": order.id,
            "number": order.name,
            "time": order.create_date,
            "state": state or ("paid" if payment.state == "paid" else "unpaid"),
            "total": money(order.amount_total, order.currency_id),
            "payment": payment,
        }


class CardOrder(Purchase):
    """Gift cards that are bought."""

    theme: ThemeSummary | None
    amount: Annotated[Money, Field(description="Value of each card.")]
    quantity: int
    cards: Annotated[list[Card], Field(description="In the member's name, once it is `done`.")]


class TopUp(Purchase):
    """Stored value that is bought, for oneself or somebody else."""

    amount: Annotated[Money, Field(description="What is paid.")]
    bonus: Annotated[Money, Field(description="What the tier adds.")]
    program: str
    beneficiary: Annotated[str | None, Field(description="Who gets it, not in full; null: the member.")]


class CodeTopUp(BaseModel):
    """What a paper card brought."""

    amount: Money
    card: Annotated[Card, Field(description="The wallet that it is on now.")]
