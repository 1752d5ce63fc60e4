from . import giftcard_api_theme
from . import giftcard_api_gift
from . import giftcard_api_payment_code
