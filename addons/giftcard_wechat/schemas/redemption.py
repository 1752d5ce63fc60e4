from typing import Annotated, Literal

from pydantic import BaseModel, Field

from .common import Money, PageQuery, Points, RecordId, Request, Text, Timestamp, exact, money

Pieces = Annotated[int, Field(ge=1, le=1000, strict=True)]


class RedemptionLineRequest(Request):
    reward_id: RecordId
    quantity: Pieces
    price_id: Annotated[
        RecordId | None, Field(description="One of the reward's `prices`; without it, for points alone.")
    ] = None


class Destination(Request):
    """How the goods go, and what pays for the money part."""

    fulfilment: Annotated[
        Literal["pickup", "delivery", "virtual"],
        Field(description="Rewards that are all virtual are `virtual`, whatever is asked for."),
    ] = "pickup"
    store_id: Annotated[RecordId | None, Field(description="Where the goods will be picked up.")] = None
    address_id: Annotated[RecordId | None, Field(description="One of the member's addresses, for a delivery.")] = None
    carrier_id: Annotated[
        RecordId | None, Field(description="One of the quote's `carriers`; without it, the first one.")
    ] = None
    wallet_card_id: Annotated[
        RecordId | None,
        Field(description="An eWallet of the member that pays the money part; without it, it is paid for itself."),
    ] = None


class RedemptionRequest(Destination):
    lines: Annotated[list[RedemptionLineRequest], Field(min_length=1, max_length=50)]


class RedemptionQuery(PageQuery):
    state: Annotated[
        Literal[
            "awaiting_payment",
            "to_review",
            "in_review",
            "approved",
            "picking",
            "ready",
            "shipped",
            "done",
            "rejected",
            "cancelled",
            "expired",
            "returned",
        ]
        | None,
        Field(description="Only those in this state."),
    ] = None


class Cancellation(Request):
    reason: Text | None = None


class RedemptionLine(BaseModel):
    id: int
    reward_id: Annotated[int | None, Field(description="Null for the goods of a goods card.")]
    name: str
    quantity: int
    points_price: Points
    cash_price: Annotated[Money, Field(description="Money a piece, beside the points.")]
    returned: Annotated[int, Field(description="Pieces that have come back.")]

    @classmethod
    def from_record(cls, line):
        return cls(
            id=line.id,
            reward_id=line.reward_id.id or None,
            # The reward may not be offered any more, but the member has redeemed it.
            name=line._label(),
            quantity=line.quantity,
            points_price=exact(line.points_price),
            cash_price=money(line.cash_price, line.redemption_id.company_id.currency_id),
            returned=line.returned_quantity,
        )


class Transition(BaseModel):
    state: str
    time: Timestamp
    by: Literal["member", "store"]
    reason: str | None

    @classmethod
    def from_record(cls, transition):
        return cls(
            state=transition.to_state,
            time=transition.date,
            by="member" if transition.member_id else "store",
            reason=transition.reason or None,
        )


class Pickup(BaseModel):
    """What to show at the counter."""

    digits: Annotated[str, Field(pattern="^[0-9]{8}$")]
    token: Annotated[str, Field(description="Content of the QR code.")]
    state: Literal["open", "used", "expired", "void"]
    valid_until: Timestamp
    used_at: Timestamp | None

    @classmethod
    def from_record(cls, code):
        # A member sees the codes of his own redemptions; the record rules have let only those through.
        code = code.sudo()
        return cls(
            digits=code.digits,
            token=code.token,
            state=code.state,
            valid_until=code.valid_until,
            used_at=code.used_at or None,
        )


class Proxy(BaseModel):
    """Somebody else who may pick up, with a code to be passed on."""

    name: str
    phone: Annotated[str, Field(description="The last four digits, which the clerk asks for.")]
    digits: Annotated[str, Field(pattern="^[0-9]{8}$")]
    token: Annotated[str, Field(description="Content of the QR code.")]

    @classmethod
    def from_record(cls, code):
        # As above.
        code = code.sudo()
        return cls(name=code.proxy_name, phone=code.proxy_phone, digits=code.digits, token=code.token)


class ShipmentLine(BaseModel):
    name: str
    quantity: float


class Shipment(BaseModel):
    """A part of the goods on its way to the member."""

    state: Literal["picking", "sent"]
    sent_at: Timestamp | None
    carrier: str | None
    tracking_number: str | None
    tracking_url: str | None
    packages: list[str]
    lines: list[ShipmentLine]


class RedemptionSummary(BaseModel):
    id: int
    number: str
    time: Timestamp
    state: Annotated[
        str,
        Field(
            description="`awaiting_payment`, `to_review`, `in_review`, `approved`, `picking`, `ready`, `shipped`,"
            " `done`, `rejected`, `cancelled`, `expired`, `returned`."
        ),
    ]
    label: Annotated[str, Field(description="The state in the client's language.")]
    fulfilment: Literal["pickup", "delivery", "virtual"]
    store_id: Annotated[int | None, Field(description="Where it is picked up; null unless it is.")]
    store: str | None
    points: Points
    cash: Annotated[Money, Field(description="What is paid in money in all, shipping included.")]
    payment: Annotated[
        Literal["waiting", "paid", "refund_due", "refunded", "void"] | None,
        Field(description="Of the money part; null when there is none."),
    ]
    pay_until: Annotated[Timestamp | None, Field(description="While `payment` is `waiting`.")]
    lines: list[RedemptionLine]

    @classmethod
    def values_of(cls, redemption):
        labels = dict(redemption._fields["state"]._description_selection(redemption.env))
        return {
            "id": redemption.id,
            "number": redemption.name,
            "time": redemption.date,
            "state": redemption.state,
            "label": labels[redemption.state],
            "fulfilment": redemption.fulfilment,
            "store_id": redemption.store_id.id or None,
            # A store that has closed since keeps its name.
            "store": redemption.sudo().store_id.name or None,
            "points": exact(redemption.points),
            "cash": money(redemption.cash_total, redemption.company_id.currency_id),
            "payment": redemption.payment_state or None,
            "pay_until": (redemption.state == "awaiting_payment" and redemption.deadline) or None,
            "lines": [RedemptionLine.from_record(line) for line in redemption.line_ids],
        }

    @classmethod
    def from_record(cls, redemption):
        return cls(**cls.values_of(redemption))


class ReturnLineRequest(Request):
    line_id: Annotated[RecordId, Field(description="`id` of a line of the redemption.")]
    quantity: Pieces


class ReturnRequest(Request):
    lines: Annotated[list[ReturnLineRequest], Field(min_length=1, max_length=50)]
    reason: Text


class ReturnLine(BaseModel):
    line_id: int
    quantity: int


class Return(BaseModel):
    """Goods that the member wants to give back."""

    id: int
    state: Annotated[
        Literal["requested", "accepted", "done", "refused", "withdrawn"],
        Field(description="Points and money come back once the goods are: `done`."),
    ]
    time: Timestamp
    reason: str | None
    answer: Annotated[str | None, Field(description="Of the store, with its decision.")]
    lines: list[ReturnLine]

    @classmethod
    def from_record(cls, request):
        return cls(
            id=request.id,
            state=request.state,
            time=request.date,
            reason=request.reason or None,
            answer=(request.state != "requested" and request.answer) or None,
            lines=[ReturnLine(line_id=line.line_id.id, quantity=line.quantity) for line in request.line_ids],
        )


class Redemption(RedemptionSummary):
    shipping: Annotated[Money, Field(description="Of `cash`, what is paid for the delivery.")]
    address: Annotated[str | None, Field(description="Where it is sent to, in one line.")]
    transitions: list[Transition]
    pickup: Annotated[Pickup | None, Field(description="Null until the goods are ready.")]
    proxy: Annotated[Proxy | None, Field(description="Who else may pick up.")]
    may_extend: Annotated[bool, Field(description="Whether the member may ask for more time to pick up.")]
    may_return: Annotated[bool, Field(description="Whether the member may ask to give goods back.")]
    returns: Annotated[list[Return], Field(description="What the member asked for, the latest first.")]
    shipments: Annotated[list[Shipment], Field(description="Of what is delivered: in the order in which it leaves.")]

    @classmethod
    def from_record(cls, redemption):
        code = redemption.pickup_code_id
        return cls(
            **cls.values_of(redemption),
            shipping=money(redemption.shipping_amount, redemption.company_id.currency_id),
            # One of the member's own.
            address=" ".join(redemption.sudo().address_id._display_address().split()) or None,
            transitions=[Transition.from_record(transition) for transition in redemption.transition_ids],
            pickup=Pickup.from_record(code) if code else None,
            proxy=Proxy.from_record(redemption.proxy_code_id) if redemption.proxy_code_id else None,
            may_extend=redemption._may_extend(),
            may_return=redemption._may_return(),
            # Of the member's own redemption.
            returns=[Return.from_record(request) for request in redemption.sudo().return_request_ids],
            shipments=redemption._shipments() if redemption.fulfilment == "delivery" else [],
        )
