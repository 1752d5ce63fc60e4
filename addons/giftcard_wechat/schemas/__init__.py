from . import common, phone, session, identity, member, card, store, reward, redemption, handover, goods_card
