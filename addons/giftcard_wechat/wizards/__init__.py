from . import giftcard_store_payment_ask
from . import giftcard_store_payment_charge
from . import giftcard_store_payment_refund
from . import giftcard_staff_pair
