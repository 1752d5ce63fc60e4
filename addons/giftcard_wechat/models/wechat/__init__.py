from . import giftcard_wechat_token
from . import giftcard_wechat_app_client
from . import giftcard_wechat_app_identity
from . import giftcard_wechat_app_messages
from . import giftcard_wechat_app_page
from . import giftcard_wechat_event
from . import giftcard_identity
