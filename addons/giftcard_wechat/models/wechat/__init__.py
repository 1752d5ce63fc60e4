from . import giftcard_wechat_token
from . import giftcard_wechat_app_client
from . import giftcard_wechat_app_identity
