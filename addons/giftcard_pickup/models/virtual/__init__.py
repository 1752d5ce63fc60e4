from . import (
    giftcard_code_pool,
    giftcard_code_reveal,
    giftcard_fulfilment,
    giftcard_fulfilment_file,
    giftcard_fulfilment_handover,
    giftcard_ledger,
    giftcard_pool_code,
    giftcard_redemption,
    giftcard_redemption_line,
    giftcard_reward,
)
