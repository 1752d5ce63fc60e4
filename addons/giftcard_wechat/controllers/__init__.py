from . import (
    session,
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
    wechat,
)
