from typing import Annotated, Literal

from pydantic import BaseModel, Field

from .common import Request, Timestamp


class ProxyRequest(Request):
    name: Annotated[
        str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$", examples=["王小明"])
    ]
    phone: Annotated[
        str, Field(pattern="^[0-9]{4}$", description="The last four digits of the phone.", examples=["6688"])
    ]


class PickupCode(BaseModel):
    """What to show at the counter of a store."""

    redemption_id: int
    number: Annotated[str, Field(description="Of the redemption.")]
    role: Annotated[Literal["member", "proxy"], Field(description="Who picks up with it.")]
    proxy_name: str | None
    store_id: int
    store: str
    digits: Annotated[str, Field(pattern="^[0-9]{8}$", examples=["40318852"])]
    token: Annotated[str, Field(description="Content of the QR code.")]
    valid_until: Timestamp

    @classmethod
    def from_record(cls, code):
        # A member sees the codes of his own redemptions; the record rules have let only those through.
        code = code.sudo()
        return cls(
            redemption_id=code.redemption_id.id,
            number=code.redemption_id.name,
            role=code.role,
            proxy_name=code.proxy_name or None,
            store_id=code.store_id.id,
            store=code.store_id.name,
            digits=code.digits,
            token=code.token,
            valid_until=code.valid_until,
        )
