from typing import Annotated

from pydantic import BaseModel, Field

from .common import Request, Text
from .phone import Phone

Short = Annotated[Text, Field(max_length=64)]


class AddressData(Request):
    """Where something is sent. In China: province, city, district and the rest, as `wx.chooseAddress` gives them."""

    name: Annotated[Short, Field(description="Who receives it.")]
    phone: Phone
    country: Annotated[str, Field(pattern="^[A-Z]{2}$", description="ISO 3166-1.", examples=["CN"])] = "CN"
    province: Annotated[Short | None, Field(description="Needed in China.", examples=["广东省"])] = None
    city: Annotated[Short, Field(examples=["深圳市"])]
    district: Annotated[Short | None, Field(examples=["南山区"])] = None
    street: Annotated[Text, Field(examples=["科技园路 1 号 2 栋 301"])]
    postal_code: Annotated[str | None, Field(pattern="^[0-9A-Za-z -]{3,10}$")] = None
    is_default: Annotated[bool, Field(description="The first one is the default anyway.")] = False


class Address(AddressData):
    id: int
    phone: Annotated[str | None, Field(description="E.164.")]
    city: str | None
    street: str | None

    @classmethod
    def from_record(cls, address):
        return cls.model_construct(
            id=address.id,
            name=address.name,
            phone=address.phone or None,
            country=address.country_id.code or "CN",
            province=address.state_id.name or None,
            city=address.city or None,
            district=address.street2 or None,
            street=address.street or None,
            postal_code=address.zip or None,
            is_default=address.member_default_address,
        )


class Addresses(BaseModel):
    items: list[Address]
