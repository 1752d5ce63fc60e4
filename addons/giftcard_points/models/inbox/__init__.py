from . import giftcard_message
from . import res_partner
