from . import test_ledger_expiry
from . import test_ledger_hold
from . import test_ledger_post
from . import test_ledger_undo
from . import test_till
from . import test_till_holds
