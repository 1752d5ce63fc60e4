from . import giftcard_redemption_decision
from . import giftcard_code_show, giftcard_pool_import
