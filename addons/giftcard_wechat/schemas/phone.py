import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from .common import Request

MAINLAND = re.compile(r"1[3-9][0-9]{9}")


def e164(number):
    """:return: the number with its country code; mobiles of mainland China may go without"""
    return f"+86{number}" if MAINLAND.fullmatch(number) else number


Phone = Annotated[
    str,
    Field(
        pattern=r"^(\+[1-9][0-9]{6,14}|1[3-9][0-9]{9})$",
        description="E.164; mobiles of mainland China may go without `+86`.",
        examples=["+8613800138000"],
    ),
    AfterValidator(e164),
]
OneTimeCode = Annotated[
    str, Field(pattern="^[0-9]{6}$", description="Six digits that were sent to the phone.", examples=["480213"])
]
Password = Annotated[
    str,
    Field(
        min_length=8,
        max_length=64,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="8 to 64 characters: letters and digits or signs, not the phone number, nothing everybody uses.",
        examples=["plum-blossom-88"],
    ),
]


class OneTimeCodeRequest(Request):
    phone: Phone
    purpose: Annotated[
        Literal["login", "bind", "password"], Field(description="A code is good for nothing but its purpose.")
    ]
    appid: Annotated[
        str | None, Field(pattern="^[!-~]{1,64}$", description="An app of the merchant, if the server has several.")
    ] = None


class OneTimeCodeSent(BaseModel):
    expires_in: Annotated[int, Field(description="Seconds the code is good for.")]
    resend_in: Annotated[int, Field(description="Seconds until another one can be asked for.")]


class PasswordRequest(Request):
    phone: Phone
    code: OneTimeCode
    password: Password
    appid: Annotated[
        str | None, Field(pattern="^[!-~]{1,64}$", description="An app of the merchant, if the server has several.")
    ] = None
