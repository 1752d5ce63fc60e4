from . import common, phone, session, member, card, store, reward, redemption, handover, goods_card
