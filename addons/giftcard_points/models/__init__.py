from . import ledger
from . import giftcard_store
from . import loyalty
from . import member
from . import sales
from . import batch
from . import accounting
from . import till
