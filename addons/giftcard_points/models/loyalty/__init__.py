from . import loyalty_card
from . import loyalty_card_update_balance
from . import loyalty_program
from . import loyalty_card_life
