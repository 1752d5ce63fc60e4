from . import giftcard_redemption_decision
