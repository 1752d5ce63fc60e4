from odoo import fields, models


class LoyaltyProgram(models.Model):
    _name = "loyalty.program"
    _inherit = ["loyalty.program", "giftcard.money.products"]

    account_mapping_ids = fields.One2many("giftcard.account.mapping", "program_id", string="Accounts")
    point_value = fields.Float(
        string="Value per Point",
        digits=(16, 6),
        help="What a point is worth in the program's currency when it is used.",
    )
    expected_use = fields.Float(
        string="Expected Use (%)",
        default=100.0,
        help="How much of the points that members hold they will use, by experience.",
    )

    _point_value_check = models.Constraint("CHECK(point_value >= 0)", "A point cannot be worth less than nothing.")
    _expected_use_check = models.Constraint(
        "CHECK(expected_use BETWEEN 0 AND 100)", "The expected use is between 0 and 100 %."
    )

    def _posting_account(self, role, company):
        """The account of the program, or the company's.

        :param role: ``liability``, ``clearing``, ``breakage``, ``bonus``, or ``transfer``: value that moves between
            cards passes the company's clearing account, whatever their programs, so that it leaves nothing there
        """
        self.ensure_one()
        if role == "transfer":
            return company.giftcard_clearing_account_id
        # Accounts are read for whoever sells: cashiers do not see the mapping.
        mapping = self.sudo().account_mapping_ids.filtered(lambda mapping: mapping.company_id == company)
        return mapping[f"{role}_account_id"] or company.sudo()[f"giftcard_{role}_account_id"]

    def _points_accounts(self, company):
        """:return: (liability, cost) accounts of the estimate of this programme's points, its own or the company's"""
        self.ensure_one()
        mapping = self.sudo().account_mapping_ids.filtered(lambda mapping: mapping.company_id == company)
        company = company.sudo()
        return (
            mapping.liability_account_id or company.giftcard_points_account_id,
            mapping.bonus_account_id or company.giftcard_bonus_account_id,
        )
