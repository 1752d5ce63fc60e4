from . import giftcard_give
