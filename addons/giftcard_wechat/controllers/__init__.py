from . import (
    session,
    phone,
    member,
    card,
    store,
    reward,
    redemption,
    handover,
    goods_card,
    document,
    fallback,
    wechatpay,
)
