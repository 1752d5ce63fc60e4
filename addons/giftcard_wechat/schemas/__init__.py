from . import common, session, member, card, store, reward, redemption, handover, goods_card
