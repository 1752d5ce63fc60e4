from typing import Annotated

from pydantic import BaseModel, Field

from .common import Request, Timestamp
from .member import masked
from .session import Proof


class Binding(Request):
    proof: Proof
    merge: Annotated[
        bool,
        Field(
            description="If it belongs to another member, merge that member into this one: cards, points, orders, ways"
            " of logging in. Ask the person first; it cannot be undone."
        ),
    ] = False


class Identity(BaseModel):
    """A way of logging in."""

    id: int
    provider: Annotated[str, Field(description="`wechat_miniprogram`, `wechat_official`, `qq_miniprogram` or `phone`.")]
    label: Annotated[str, Field(description="Name of the app, or the masked number.")]
    has_password: Annotated[bool, Field(description="Whether a password goes with the phone number.")]
    since: Timestamp

    @classmethod
    def from_record(cls, identity):
        # The member's own; names of apps are no secret.
        identity = identity.sudo()
        return cls(
            id=identity.id,
            provider=identity.provider,
            label=masked(identity.openid) if identity.provider == "phone" else identity._app().name,
            has_password=bool(identity.password),
            since=identity.create_date.replace(microsecond=0),
        )


class Identities(BaseModel):
    items: list[Identity]
