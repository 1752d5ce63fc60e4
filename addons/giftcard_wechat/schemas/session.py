from typing import Annotated, Literal

from pydantic import BaseModel, Field

from .common import Request, Timestamp
from .member import Member


class Login(Request):
    provider: Literal["wechat_miniprogram"]
    code: Annotated[
        str,
        Field(pattern="^[!-~]{1,128}$", description="What `wx.login` gave; good for one login within five minutes."),
    ]
    appid: Annotated[
        str | None,
        Field(pattern="^[!-~]{1,64}$", description="The mini program's app id, if the server knows several."),
    ] = None


class Session(BaseModel):
    access_token: Annotated[str, Field(description="Send it as `Authorization: Bearer …`; it is shown only here.")]
    token_type: Literal["Bearer"]
    expires_at: Timestamp
    member: Member
