from . import giftcard_redemption_decision
from . import giftcard_pickup_change
from . import giftcard_pickup_resolve
