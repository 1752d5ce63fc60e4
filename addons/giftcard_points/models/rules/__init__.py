from . import loyalty_program
from . import loyalty_card
from . import res_partner
from . import giftcard_ledger_limits
from . import giftcard_ledger_real_name
from . import pos_order
