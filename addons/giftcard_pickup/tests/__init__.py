from . import (
    test_access,
    test_attempt,
    test_invariants,
    test_pickup,
    test_review,
    test_review_screen,
    test_submit,
    test_token,
    test_verify_screen,
    test_code_pool,
    test_file_link,
    test_virtual,
)
