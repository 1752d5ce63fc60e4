from . import (
    session,
    phone,
    identity,
    address,
    consent,
    closure,
    member,
    card,
    store,
    reward,
    favourite,
    order,
    redemption,
    handover,
    pickup,
    staff,
    goods_card,
    content,
    feedback,
    inbox,
    search,
    document,
    fallback,
    wechatpay,
    wechat,
    subscription,
    scene,
)
from . import theme
from . import gift
from . import payment_code
from . import payment
from . import purchase
from . import store_payment
from . import points
