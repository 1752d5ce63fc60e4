from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from .common import Money, RecordId, Request, Timestamp, money
from .payment import Amount, Method, Payment

Token = Annotated[str, Field(min_length=1, max_length=64, pattern="^[A-Za-z0-9_-]+$")]


class StorePaymentRequest(Request):
    """Either `store_id` and `amount`, or `request`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"store_id": 1, "amount": "25.00", "card_ids": [7]}]})

    store_id: Annotated[RecordId | None, Field(description="Out of the store's QR code.")] = None
    amount: Annotated[Amount | None, Field(description="As the member entered it.")] = None
    request: Annotated[Token | None, Field(description="Out of the QR code of an amount that a clerk asks for.")] = None
    card_ids: Annotated[
        list[RecordId], Field(max_length=20, description="Gift cards and eWallets that pay, in this order.")
    ] = []
    method: Annotated[
        Method | None, Field(description="How to pay what the cards do not; null: the cards have to be enough.")
    ] = None

    @model_validator(mode="after")
    def _one_of_both(self):
        if (self.request is None) == (self.store_id is None) or (self.store_id is None) != (self.amount is None):
            raise ValueError("either store_id and amount, or request")
        if len(set(self.card_ids)) < len(self.card_ids):
            raise ValueError("a card twice")
        return self


class StoreDemandRequest(Request):
    request: Token


class StoreDemand(BaseModel):
    """What a clerk asks for."""

    store_id: int
    store: str
    amount: Money
    note: str | None
    expires_at: Timestamp

    @classmethod
    def from_record(cls, payment):
        return cls(
            store_id=payment.store_id.id,
            store=payment.store_id.name,
            amount=money(payment.amount, payment.currency_id),
            note=payment.note or None,
            expires_at=payment.deadline,
        )


class StorePaymentPart(BaseModel):
    card_id: int
    number: Annotated[str, Field(description="Of the card.")]
    amount: Money
    refunded: Money


class StoreRefund(BaseModel):
    time: Timestamp
    amount: Money
    reason: str


class StorePayment(BaseModel):
    """A payment in a store."""

    id: int
    number: str
    time: Timestamp
    state: Annotated[
        Literal["pending", "paid", "cancelled"],
        Field(description="`pending`: what cards pay is held until the rest is paid by `payment`."),
    ]
    channel: Annotated[
        Literal["static", "request", "code"],
        Field(description="By the store's QR code, that of an amount, or the member's payment code."),
    ]
    store_id: int
    store: str
    amount: Money
    note: str | None
    paid_at: Timestamp | None
    parts: Annotated[list[StorePaymentPart], Field(description="What cards pay.")]
    payment: Annotated[Payment | None, Field(description="What a provider pays; to be started while `open`.")]
    refunded: Money
    refunds: list[StoreRefund]

    @classmethod
    def from_record(cls, payment, transaction):
        """:param transaction: :class:`~.payment.Payment` of the rest, or None"""
        # The member's own payment, at a store that may have closed since.
        payment = payment.sudo()
        currency = payment.currency_id
        return cls(
            id=payment.id,
            number=payment.name,
            time=payment.create_date,
            state=payment.state,
            channel=payment.channel,
            store_id=payment.store_id.id,
            store=payment.store_id.name,
            amount=money(payment.amount, currency),
            note=payment.note or None,
            paid_at=payment.paid_at or None,
            parts=[
                StorePaymentPart(
                    card_id=part.card_id.id,
                    number=part.card_id.code,
                    amount=money(part.amount, currency),
                    refunded=money(part.refunded, currency),
                )
                for part in payment.part_ids
            ],
            payment=transaction,
            refunded=money(payment.refunded, currency),
            refunds=[
                StoreRefund(time=refund.create_date, amount=money(refund.amount, currency), reason=refund.reason)
                for refund in payment.refund_ids.sorted("id")
            ],
        )
