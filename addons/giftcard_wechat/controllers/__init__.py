from . import session, member, card, store, reward, redemption, document, fallback, wechatpay
