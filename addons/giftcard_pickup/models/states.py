"""The life of a redemption.

to_review -> approved -> ready -> done, or out of it: rejected, cancelled, expired.
"""

STATES = [
    ("to_review", "To Review"),
    ("approved", "Approved"),
    ("ready", "Ready for Pickup"),
    ("done", "Done"),
    ("rejected", "Rejected"),
    ("cancelled", "Cancelled"),
    ("expired", "Expired"),
]

# State -> the states it is reached from.
SOURCES = {
    "approved": ("to_review",),
    "ready": ("approved",),
    "done": ("ready",),
    "rejected": ("to_review",),
    "cancelled": ("to_review", "approved", "ready"),
    "expired": ("ready",),
}

# Points, pieces and goods have gone back.
UNDONE = ("rejected", "cancelled", "expired")
