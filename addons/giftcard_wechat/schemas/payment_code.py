from typing import Annotated, Literal

from pydantic import BaseModel, Field

from .common import Timestamp


class PaymentCode(BaseModel):
    code: Annotated[
        str,
        Field(
            pattern="^[0-9]{18}$",
            description="To be shown as text, bar code and QR code.",
            examples=["287640119345520873"],
        ),
    ]
    expires_in: Annotated[int, Field(description="Seconds; fetch the next one before.")]


class PaymentCodeState(BaseModel):
    """What became of the code that was asked for last."""

    state: Annotated[
        Literal["none", "issued", "scanned", "used", "expired"],
        Field(description="`scanned`: a till has it; `used`: it has paid."),
    ]
    issued_at: Timestamp | None

    @classmethod
    def from_record(cls, code, now):
        if not code:
            return cls(state="none", issued_at=None)
        state = {"bound": "scanned", "void": "expired"}.get(code.state, code.state)
        if state in ("issued", "scanned") and code.expires_at < now:
            state = "expired"
        return cls(state=state, issued_at=code.issued_at)
