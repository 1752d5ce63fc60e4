from . import giftcard_rules_version
from . import loyalty_program
