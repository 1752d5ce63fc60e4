from . import (
    delivery_carrier,
    giftcard_ledger,
    giftcard_redemption_route,
    giftcard_redemption_shipment,
    giftcard_redemption_shipping,
    giftcard_redemption_supply,
    giftcard_store,
    res_company,
    res_config_settings,
    stock_move,
    stock_picking,
)
