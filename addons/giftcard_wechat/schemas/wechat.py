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


class SubscriptionTemplate(BaseModel):
    """A kind of message that the member may agree to get in the mini program."""

    template_id: Annotated[str, Field(description="For `wx.requestSubscribeMessage`.")]
    kind: Annotated[str, Field(description="What it tells of, e.g. `expiry`, `tier`, `gift`, `order`, `pickup`.")]
    label: Annotated[str, Field(description="The kind in the client's language.")]
    remaining: Annotated[int, Field(description="Messages that the member has agreed to and not got yet.")]


class SubscriptionTemplates(BaseModel):
    items: list[SubscriptionTemplate]


class SubscriptionConsent(Request):
    template_ids: Annotated[
        list[Annotated[str, Field(pattern="^[!-~]{1,64}$")]],
        Field(min_length=1, max_length=10, description="Those for which `wx.requestSubscribeMessage` said `accept`."),
    ]
