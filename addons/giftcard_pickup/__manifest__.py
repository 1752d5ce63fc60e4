{
    "name": "Gift Cards & Points: Points Mall and Pickup",
    "summary": "Rewards for points, redemption orders that never oversell, and goods handed over against a pickup code",
    "version": "19.0.1.0.0",
    "category": "Sales/Loyalty",
    "author": "Gift Card Suite contributors",
    "license": "LGPL-3",
    "depends": ["giftcard_points", "stock"],
    "data": [
        "security/giftcard_pickup_groups.xml",
        "security/ir.model.access.csv",
        "security/giftcard_pickup_rules.xml",
        "data/ir_sequence_data.xml",
        "data/ir_cron_data.xml",
        "wizards/giftcard_redemption_decision_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["giftcard_pickup/static/src/**/*"],
        "web.assets_tests": ["giftcard_pickup/static/tests/tours/**/*"],
    },
    "application": True,
}
