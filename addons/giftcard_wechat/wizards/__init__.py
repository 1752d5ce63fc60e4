from . import giftcard_staff_pair
