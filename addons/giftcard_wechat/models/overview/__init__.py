from . import res_partner
from . import giftcard_connection
from . import payment_provider
from . import res_config_settings
