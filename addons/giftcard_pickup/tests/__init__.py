from . import (
    test_access,
    test_attempt,
    test_invariants,
    test_order_cash,
    test_order_submit,
    test_pickup,
    test_review,
    test_review_screen,
    test_submit,
    test_token,
    test_verify_screen,
)
