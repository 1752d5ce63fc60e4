from . import loyalty_card
from . import giftcard_gift
from . import giftcard_gift_ledger
from . import res_company
from . import res_config_settings
from . import res_partner
from . import giftcard_message
from . import giftcard_gift_told
