from . import (
    giftcard_redemption,
    giftcard_store,
    giftcard_store_hours,
    giftcard_store_nearby,
    giftcard_store_opening,
    giftcard_store_photo,
    giftcard_store_request,
    giftcard_store_request_line,
    giftcard_store_special_day,
    stock_move,
)
