from odoo import Command
from odoo.tests import tagged

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon


@tagged("post_install", "-at_install")
class TestEarningTour(TestPointOfSaleHttpCommon):
    """What the till shows before payment is what is booked after, seen in a real browser."""

    def test_points_are_earned_and_taken_back(self):
        self.env["loyalty.program"].search([]).active = False
        self.env["giftcard.tier"].sudo().search([]).active = False
        self.env.flush_all()
        program = self.env["loyalty.program"].create(
            {
                "name": "Points",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "portal_visible": True,
                "portal_point_name": "Points",
                "pos_config_ids": self.main_pos_config.ids,
                "rule_ids": [Command.create({"reward_point_amount": 0.1, "reward_point_mode": "money"})],
                "reward_ids": [Command.create({"discount": 1, "required_points": 1000})],
            }
        )
        tier = self.env["giftcard.tier"].sudo().create({"name": "Gold", "threshold": 0, "earn_multiplier": 1.5})
        member = self.env["res.partner"].sudo().create({"name": "Mei", "member_tier_id": tier.id})
        self.env["product.product"].create(
            {"name": "Headphones", "list_price": 33.3, "taxes_id": False, "available_in_pos": True}
        )
        self.main_pos_config.with_user(self.pos_user).open_ui()
        self.start_pos_tour("PointsEarnedAndTakenBack")
        card = self.env["loyalty.card"].sudo().search([("program_id", "=", program.id)])
        self.assertEqual(card.partner_id, member)
        self.assertEqual(card.entry_ids.sorted("version").mapped("amount"), [5, -5])
        self.assertEqual(card.entry_ids.sorted("version").mapped("kind"), ["earn", "reverse"])
        self.assertEqual(self.env["giftcard.ledger"].sudo()._check_invariants(), [])
