from . import giftcard_api_refresh
from . import res_partner
from . import res_company
from . import res_config_settings
from . import giftcard_sms_gateway
from . import giftcard_one_time_code
from . import giftcard_api_proof
from . import giftcard_api_phone
