from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    giftcard_top_up_officer_limit = fields.Float(
        string="Officers Top Up To",
        digits="Gift Card Value",
        default=1000.0,
        help="Cash that an officer may book for a card at once; above, a manager approves.",
    )
    giftcard_top_up_manager_limit = fields.Float(
        string="Managers Top Up To",
        digits="Gift Card Value",
        default=5000.0,
        help="Cash that a manager may book for a card at once; above, another manager approves.",
    )

    _giftcard_top_up_limits_check = models.Constraint(
        "CHECK(giftcard_top_up_officer_limit >= 0 AND giftcard_top_up_manager_limit >= giftcard_top_up_officer_limit)",
        "The limit of managers cannot be below that of officers.",
    )

    def _giftcard_top_up_limit(self, user):
        """:return: the cash, in the card's currency, that the user may book for a card without a second person"""
        self.ensure_one()
        # The limits are read for who is bound by them.
        company = self.sudo()
        if user.has_group("giftcard_points.group_manager"):
            return company.giftcard_top_up_manager_limit
        return company.giftcard_top_up_officer_limit
