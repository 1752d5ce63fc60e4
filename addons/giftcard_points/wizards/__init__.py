from . import giftcard_give
from . import giftcard_unstored
from . import giftcard_batch_password
from . import giftcard_batch_export
from . import giftcard_batch_activate
from . import giftcard_card_change
from . import giftcard_redeem
