from . import giftcard_give
from . import giftcard_post
from . import giftcard_roll_forward_period
