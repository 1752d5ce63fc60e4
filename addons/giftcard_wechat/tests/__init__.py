from . import test_session
from . import test_shipment
from . import test_member
from . import test_card
from . import test_store
from . import test_reward
from . import test_redemption
from . import test_handover
from . import test_goods_card
from . import test_problems
from . import test_openapi
from . import test_isolation
from . import test_rate
from . import test_token
from . import test_wechatpay
from . import test_wechatpay_till
from . import test_gift_api, test_payment_code_api, test_theme_api
from . import test_purchase_api, test_payment_api
from . import test_store_payment, test_points_api
from . import test_store_payment_clerk
