from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from ..api.endpoint import MAX_ID, PREFIX
from .common import PageQuery, Timestamp

Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, description="Degrees north.")]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, description="Degrees east.")]


class StoreQuery(PageQuery):
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    radius: Annotated[int, Field(ge=1, le=500_000, description="Metres around the place.")] = 50_000
    open_now: Annotated[bool, Field(description="Only stores that are open.")] = False
    reward_id: Annotated[
        int | None, Field(ge=1, le=MAX_ID, description="Only stores that have this reward in stock.")
    ] = None
    quantity: Annotated[int, Field(ge=1, le=1_000, description="Pieces of the reward.")] = 1

    @model_validator(mode="after")
    def _whole_place(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude come together")
        return self


class Store(BaseModel):
    id: int
    code: str
    name: str
    address: Annotated[str | None, Field(description="One line.")]
    phone: str | None
    latitude: Annotated[float | None, Field(description="As maps in China give it: GCJ-02.")]
    longitude: float | None
    distance: Annotated[int | None, Field(description="Metres from the place asked for; null without one.")]
    image_url: Annotated[str | None, Field(description="Path of a picture that needs no login.")]
    hours: Annotated[str | None, Field(description="The weekly hours in one line.")]
    open_now: bool
    closes_at: Annotated[Timestamp | None, Field(description="When it closes; null when closed, or open all the time.")]
    opens_at: Annotated[Timestamp | None, Field(description="When it opens again; null when open, or not known.")]
    paused: Annotated[bool, Field(description="Takes no orders at present.")]
    pause_note: str | None
    pickup: Annotated[bool, Field(description="Whether rewards can be picked up here.")]

    @classmethod
    def from_record(cls, store, metres=None):
        """:param metres: from the place that was asked for"""
        return cls(**cls.values_of(store, metres))

    @classmethod
    def values_of(cls, store, metres=None):
        # The address is published with the store; contacts and warehouses are not the member's to read.
        public = store.sudo()
        located = public._is_located()
        return {
            "id": store.id,
            "code": store.code,
            "name": store.name,
            "address": public.street_address or None,
            "phone": public.phone or None,
            "latitude": public.latitude if located else None,
            "longitude": public.longitude if located else None,
            "distance": None if metres is None else round(metres),
            "image_url": f"{PREFIX}/stores/{store.id}/image" if public.with_context(bin_size=True).image_128 else None,
            "hours": public.hours_summary or None,
            "open_now": public.is_open,
            "closes_at": public.closes_at or None,
            "opens_at": public.opens_at or None,
            "paused": public.paused,
            "pause_note": (public.paused and public.pause_note) or None,
            "pickup": bool(public.warehouse_id),
        }


class StorePhoto(BaseModel):
    url: Annotated[str, Field(description="Path of a picture that needs no login.")]
    text: Annotated[str | None, Field(description="The caption.")]


class StoreDetail(Store):
    map_url: Annotated[str | None, Field(description="Opens the place in a map app.")]
    photos: list[StorePhoto]

    @classmethod
    def from_record(cls, store):
        # As in Store.
        public = store.sudo()
        return cls(
            **cls.values_of(store),
            map_url=public.map_url or None,
            photos=[
                StorePhoto(url=f"{PREFIX}/stores/{store.id}/photos/{photo.id}", text=photo.name or None)
                for photo in public.photo_ids
            ],
        )
