from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from .common import RecordId, Request, Timestamp
from .wechat import AppId


class SceneRequest(Request):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "gift", "token": "6BflE_1BQOZS7x5F1YP36ZHoRb8flFsX"}]}
    )

    kind: Annotated[
        Literal["gift", "pickup", "referral"],
        Field(description="A gift of the member's, a pickup code for a proxy, or an invitation."),
    ]
    token: Annotated[str | None, Field(pattern="^[A-Za-z0-9_-]{20,100}$", description="The gift's, for `gift`.")] = None
    redemption_id: Annotated[RecordId | None, Field(description="With a proxy's pickup code, for `pickup`.")] = None
    form: Annotated[
        Literal["scene", "image", "scheme", "url_link"],
        Field(
            description="`scene`: for sharing inside WeChat; `image`: a mini program code; `scheme`: a link for other"
            " apps; `url_link`: a link for SMS and pages."
        ),
    ] = "scene"
    appid: AppId | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for kind, name in (("gift", "token"), ("pickup", "redemption_id")):
            if (self.kind == kind) != (getattr(self, name) is not None):
                raise ValueError(f"{name} goes with {kind}")
        return self


class SharedScene(BaseModel):
    scene: Annotated[str, Field(description="The key; it is shown only here.")]
    page: Annotated[str, Field(description="Page of the mini program that takes it as its parameter `scene`.")]
    expires_at: Annotated[Timestamp | None, Field(description="Null when it has no end.")]
    image: Annotated[str | None, Field(description="The picture in base64, for `image`.")] = None
    link: Annotated[str | None, Field(description="For `scheme` and `url_link`; good for 30 days at most.")] = None


class SceneKey(Request):
    scene: Annotated[str, Field(pattern="^[!-~]{1,32}$", description="As the mini program was opened with it.")]


class ScenePickup(BaseModel):
    """What a proxy shows at the counter."""

    digits: str
    token: str
    valid_until: Timestamp
    store_id: int
    store: str


class OpenedScene(BaseModel):
    """Where a code or link leads."""

    kind: Literal["store", "referral", "gift", "pickup"]
    store_id: int | None = None
    inviter: Annotated[str | None, Field(description="Who invites, not in full.")] = None
    gift_token: Annotated[str | None, Field(description="With it the gift is claimed.")] = None
    pickup: ScenePickup | None = None
