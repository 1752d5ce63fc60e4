from . import session, member, card, store, reward, redemption, handover, document, fallback, wechatpay
