from . import (
    giftcard_batch,
    giftcard_code,
    giftcard_goods_card,
    giftcard_goods_item,
    giftcard_ledger,
    giftcard_redemption,
    giftcard_redemption_line,
    loyalty_card,
    loyalty_program,
)
