"""What a reward is, and in which order several of one redemption are handed over: cards are locked before codes."""

KINDS = [
    ("goods", "Goods"),
    ("topup", "Stored value"),
    ("coupon", "Coupon"),
    ("tier", "Membership time"),
    ("code", "Code from a pool"),
    ("file", "File to download"),
]

VIRTUAL = tuple(kind for kind, __ in KINDS if kind != "goods")
