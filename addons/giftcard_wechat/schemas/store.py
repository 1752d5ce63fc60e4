from typing import Annotated

from pydantic import BaseModel, Field


class Store(BaseModel):
    id: int
    code: str
    name: str
    address: Annotated[str | None, Field(description="One line.")]
    phone: str | None
    pickup: Annotated[bool, Field(description="Whether rewards can be picked up here.")]

    @classmethod
    def from_record(cls, store):
        # The address is published with the store; contacts and warehouses are not the member's to read.
        public = store.sudo()
        partner = public.partner_id
        return cls(
            id=store.id,
            code=store.code,
            name=store.name,
            address=(partner._display_address(without_company=True) or "").replace("\n", " ").strip() or None,
            phone=partner.phone or None,
            pickup=bool(public.warehouse_id),
        )
