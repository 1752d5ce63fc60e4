from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from .common import Money, Request, Timestamp, money
from .gift import Amount as Amount

Method = Annotated[
    Literal["wechat_jsapi", "wechat_native"],
    Field(description="`wechat_jsapi`: in the app the member is logged in to; `wechat_native`: by a QR code."),
]


class PaymentChoice(Request):
    method: Method = "wechat_jsapi"


class JsapiParameters(BaseModel):
    """What `wx.requestPayment` takes, and the JS bridge of WeChat's browser."""

    model_config = ConfigDict(alias_generator=to_camel)

    app_id: str
    time_stamp: str
    nonce_str: str
    package: str
    sign_type: Literal["RSA"]
    pay_sign: str


class PaymentDocument(BaseModel):
    kind: Literal["card_order", "top_up", "redemption", "store_payment"]
    id: int
    number: str


class Payment(BaseModel):
    """A payment by a provider: begun with its document, started, then polled until it is settled."""

    id: int
    number: Annotated[str, Field(description="The merchant's number of the order, as the provider shows it.")]
    method: Method | None
    amount: Money
    refunded: Annotated[Money, Field(description="What went back, or is on its way back.")]
    state: Annotated[
        Literal["open", "pending", "closing", "paid", "closed", "failed"],
        Field(
            description="`open`: to be started; `pending`: waits for the member; `closing`: given up, the provider is"
            " being told; `closed`: nobody can pay it any more."
        ),
    ]
    message: Annotated[str | None, Field(description="Why it failed or was closed.")]
    document: PaymentDocument
    expires_at: Annotated[Timestamp | None, Field(description="Until then it can be paid.")]
    jsapi: Annotated[JsapiParameters | None, Field(description="Once it is started by `wechat_jsapi`.")]
    code_url: Annotated[str | None, Field(description="Once it is started by `wechat_native`: content of the QR code.")]

    @classmethod
    def from_record(cls, tx, document, jsapi=None, code_url=None):
        """:param document: :class:`PaymentDocument`"""
        # The payment is the member's own; what is read of it is shown to him.
        tx = tx.sudo()
        states = {"draft": "open", "done": "paid", "cancel": "closed", "error": "failed"}
        state = states.get(tx.state, "pending")
        return cls(
            id=tx.id,
            number=tx.reference,
            method=tx.giftcard_method or None,
            amount=money(tx.amount, tx.currency_id),
            refunded=money(tx._given_back(), tx.currency_id),
            state="closing" if state == "pending" and tx.wechatpay_given_up else state,
            message=(state in ("failed", "closed") and tx.state_message) or None,
            document=document,
            expires_at=tx.wechatpay_expires_at or None,
            jsapi=jsapi,
            code_url=code_url,
        )
