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
)
from . import theme
from . import gift
from . import payment_code
from . import payment
from . import purchase
from . import store_payment
from . import points
