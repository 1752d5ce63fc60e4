from . import loyalty_program
from . import loyalty_card
from . import giftcard_ledger
from . import res_partner
