from . import giftcard_theme
from . import giftcard_theme_value
from . import loyalty_card
from . import sale_order
from . import sale_order_line
from . import pos_order
from . import account_move
