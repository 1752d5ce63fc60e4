from . import (
    giftcard_code_show,
    giftcard_goods_claim,
    giftcard_goods_exchange,
    giftcard_goods_exchange_line,
    giftcard_pickup_change,
    giftcard_pickup_resolve,
    giftcard_pool_import,
    giftcard_redemption_decision,
    giftcard_redemption_payment,
)
