from typing import Annotated

from pydantic import BaseModel, Field


class Store(BaseModel):
    id: int
    code: str
    name: str
    address: Annotated[str | None, Field(description="One line.")]
    phone: str | None

    @classmethod
    def from_record(cls, store):
        # The address is published with the store; members may not read contacts.
        partner = store.sudo().partner_id
        return cls(
            id=store.id,
            code=store.code,
            name=store.name,
            address=(partner._display_address(without_company=True) or "").replace("\n", " ").strip() or None,
            phone=partner.phone or None,
        )
