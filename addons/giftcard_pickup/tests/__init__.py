from . import test_submit
from . import test_review
from . import test_pickup
from . import test_verify_screen
