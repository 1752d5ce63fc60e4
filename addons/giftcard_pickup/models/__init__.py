from . import (
    giftcard_ledger,
    giftcard_pickup_attempt,
    giftcard_pickup_code,
    giftcard_pickup_verification,
    giftcard_redemption,
    giftcard_redemption_goods,
    giftcard_redemption_line,
    giftcard_redemption_transition,
    giftcard_reward,
    giftcard_store,
    stock_picking,
    stock_quant,
)
from . import catalogue, report  # extend the models above
