from . import loyalty_program
from . import giftcard_top_up_tier
from . import giftcard_operation
from . import giftcard_ledger_bonus
from . import giftcard_ledger_payout
from . import loyalty_card
