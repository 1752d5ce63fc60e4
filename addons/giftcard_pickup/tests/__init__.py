from . import test_access
from . import test_attempt
from . import test_invariants
from . import test_pickup
from . import test_review
from . import test_submit
from . import test_token
from . import test_verify_screen
