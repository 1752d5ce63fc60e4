from typing import Annotated

from pydantic import BaseModel, Field

from .common import Request

AppId = Annotated[str, Field(pattern="^[!-~]{1,64}$", description="The app's id, if the server knows several.")]


class WebPage(Request):
    url: Annotated[
        str,
        Field(
            max_length=2000,
            pattern=r"^https?://[!-~]+$",
            description="Of the page as the browser has it, without what follows `#`.",
            examples=["https://shop.example/h5/?from=menu"],
        ),
    ]
    appid: AppId | None = None


class PageSignature(BaseModel):
    """What `wx.config` takes."""

    appid: str
    timestamp: Annotated[int, Field(description="Seconds since 1970.")]
    nonce: str
    signature: str
