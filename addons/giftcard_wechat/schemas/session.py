from typing import Annotated, Literal

from pydantic import BaseModel, Field, RootModel

from .common import Request, Timestamp
from .member import Member
from .phone import OneTimeCode, Phone

Appid = Annotated[
    str | None,
    Field(pattern="^[!-~]{1,64}$", description="The app's id, if the server knows several."),
]
OpaqueCode = Annotated[str, Field(pattern="^[!-~]{1,128}$")]
OpaqueToken = Annotated[
    str, Field(pattern="^[A-Za-z0-9_-]{20,128}$", examples=["6BflE_1BQOZS7x5F1YP36ZHoRb8flFsXkmYIPIKhQMo"])
]


class WechatProof(Request):
    """One tap in the mini program."""

    provider: Literal["wechat_miniprogram"]
    code: Annotated[OpaqueCode, Field(description="What `wx.login` gave; good for one login within five minutes.")]
    appid: Appid = None


class WechatOfficialProof(Request):
    """A page of an official account, by OAuth. Who only looks at a snapshot of the page is refused."""

    provider: Literal["wechat_official"]
    code: Annotated[OpaqueCode, Field(description="What came back; the page compares `state` before.")]
    appid: Appid = None


class WechatPhoneProof(Request):
    """The phone number that WeChat knows, by the person's tap."""

    provider: Literal["wechat_phone"]
    code: Annotated[OpaqueCode, Field(description="What the button `getPhoneNumber` gave, not `wx.login`.")]
    appid: Appid = None


class QqProof(Request):
    """One tap in a QQ mini program."""

    provider: Literal["qq_miniprogram"]
    code: Annotated[OpaqueCode, Field(description="What `qq.login` gave.")]
    appid: Appid = None


class PhoneCodeProof(Request):
    """A one-time code that was sent to the phone."""

    provider: Literal["phone_code"]
    phone: Phone
    code: OneTimeCode
    appid: Appid = None


class PhonePasswordProof(Request):
    """Phone number and password. Five wrong ones within 15 minutes make the number wait; a code works."""

    provider: Literal["phone_password"]
    phone: Phone
    password: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00]+$")]
    appid: Appid = None


Proof = Annotated[
    WechatProof | WechatOfficialProof | WechatPhoneProof | QqProof | PhoneCodeProof | PhonePasswordProof,
    Field(discriminator="provider", description="What shows who the person is."),
]


class Login(RootModel[Proof]):
    """What shows who the person is, by one of the providers."""


class Refresh(Request):
    refresh_token: Annotated[OpaqueToken, Field(description="The last one that was given; it is good once.")]


class Tokens(BaseModel):
    access_token: Annotated[str, Field(description="Send it as `Authorization: Bearer …`; it is shown only here.")]
    token_type: Literal["Bearer"]
    expires_at: Annotated[Timestamp, Field(description="Of the access token. Refresh before.")]
    refresh_token: Annotated[str, Field(description="For `POST /sessions/refresh`, once; it is shown only here.")]
    refresh_until: Annotated[Timestamp, Field(description="Log in anew after that; each refresh gives more time.")]


class Session(Tokens):
    member: Member


class Device(BaseModel):
    """A device on which the member is logged in."""

    id: int
    device: Annotated[str | None, Field(description="What it says of itself.")]
    provider: Annotated[str | None, Field(description="How the member logged in; null once that was unbound.")]
    ip_address: str | None
    logged_in_at: Timestamp
    last_used_at: Annotated[Timestamp, Field(description="Within an hour.")]
    current: Annotated[bool, Field(description="The one that asks.")]

    @classmethod
    def from_record(cls, token):
        return cls(
            id=token.id,
            device=token.device or None,
            provider=token.provider or None,
            ip_address=token.ip_address or None,
            logged_in_at=token.create_date.replace(microsecond=0),
            last_used_at=token.last_used_at,
            current=token.id == token.env.context["giftcard_token_id"],
        )
