# What others extend comes first.
from . import giftcard_redemption, giftcard_redemption_submit, giftcard_redemption_goods
from . import (
    account_move,
    giftcard_ledger,
    giftcard_ledger_order,
    giftcard_pickup_attempt,
    giftcard_pickup_code,
    giftcard_pickup_verification,
    giftcard_promise,
    giftcard_redemption_cash,
    giftcard_redemption_draft,
    giftcard_redemption_invoice,
    giftcard_redemption_line,
    giftcard_redemption_return,
    giftcard_redemption_review,
    giftcard_redemption_transition,
    giftcard_refund,
    giftcard_reward,
    giftcard_reward_price,
    giftcard_store,
    goods,
    payment_transaction,
    res_company,
    res_config_settings,
    res_partner,
    stock_move,
    stock_picking,
    stock_quant,
    store,
    delivery,
    virtual,
    stock_return_picking,
)
from . import catalogue  # extends the models above
from . import pickup
from . import returns
from . import report  # extend the models above
