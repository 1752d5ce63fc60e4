"""The life of a redemption.

draft -> awaiting_payment -> to_review -> in_review -> approved -> picking | ready | shipped -> done -> returned,
or out of it: rejected, cancelled, expired.
"""

STATES = [
    ("draft", "Draft"),
    ("awaiting_payment", "Awaiting Payment"),
    ("to_review", "To Review"),
    ("in_review", "In Review"),
    ("approved", "Approved"),
    ("picking", "Picking"),
    ("ready", "Ready for Pickup"),
    ("shipped", "Shipped"),
    ("done", "Done"),
    ("rejected", "Rejected"),
    ("cancelled", "Cancelled"),
    ("expired", "Expired"),
    ("returned", "Returned"),
]

FULFILMENTS = [("pickup", "Pickup"), ("delivery", "Delivery"), ("virtual", "Virtual")]

# Submitted, not decided yet: points are held, not taken.
PENDING = ("awaiting_payment", "to_review", "in_review")

# Approved, the goods still here: points are taken.
OPEN = ("approved", "picking", "ready")

# State -> the states it is reached from.
SOURCES = {
    "awaiting_payment": ("draft",),
    "to_review": ("draft", "awaiting_payment", "in_review"),
    "in_review": ("to_review",),
    "approved": ("to_review", "in_review"),
    "picking": ("approved",),
    "ready": ("approved", "picking"),
    "shipped": ("picking",),
    "done": ("approved", "ready", "shipped"),
    "rejected": ("to_review", "in_review"),
    "cancelled": PENDING + OPEN,
    "expired": ("awaiting_payment", "ready"),
    "returned": ("shipped", "done"),
}

# Points, pieces and goods have gone back.
UNDONE = ("rejected", "cancelled", "expired")
