from . import giftcard_api_service
from . import giftcard_api_session
from . import giftcard_api_member
from . import giftcard_api_card
from . import giftcard_api_store
from . import giftcard_api_reward
from . import giftcard_api_redemption
from . import giftcard_api_handover
