from . import giftcard_return_request
from . import giftcard_return_request_line
from . import giftcard_redemption
from . import giftcard_redemption_line
from . import stock_picking
from . import res_company
from . import res_config_settings
