from . import giftcard_redemption_decision, giftcard_redemption_payment
from . import giftcard_pickup_change
from . import giftcard_pickup_resolve
