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
from . import test_devices
from . import test_one_time_code
from . import test_password
from . import test_identity
from . import test_providers
from . import test_gift_api, test_payment_code_api, test_theme_api
from . import test_purchase_api, test_payment_api
from . import test_store_payment, test_points_api
from . import test_catalogue
from . import test_favourite
from . import test_infrastructure
from . import test_order
from . import test_pickup
from . import test_staff
from . import test_return
from . import test_content
from . import test_feedback
from . import test_inbox
from . import test_search
from . import test_audit
from . import test_overview
