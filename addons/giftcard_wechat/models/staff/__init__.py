from . import giftcard_staff_session
