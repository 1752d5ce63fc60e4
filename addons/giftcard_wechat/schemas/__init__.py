from . import common, phone, session, identity, member, card, store, reward, redemption, handover, goods_card
from . import common, session, member, theme, card, store, reward, redemption, handover, goods_card
from . import gift, payment_code
from . import payment, purchase
from . import store_payment, points
from . import (
    common,
    session,
    member,
    card,
    store,
    reward,
    redemption,
    handover,
    goods_card,
    content,
    feedback,
    inbox,
    search,
)
