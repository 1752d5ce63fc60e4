from . import giftcard_favourite
