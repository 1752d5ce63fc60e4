from odoo import fields, models


class GiftcardPointsPostingLine(models.Model):
    """What the points of one programme were estimated to cost, and by which figures."""

    _name = "giftcard.points.posting.line"
    _description = "Posted Estimate of a Program's Points"
    _order = "posting_id desc, program_id"
    _rec_name = "program_id"

    posting_id = fields.Many2one(
        "giftcard.points.posting", required=True, readonly=True, index=True, ondelete="restrict"
    )
    program_id = fields.Many2one("loyalty.program", required=True, readonly=True, index=True, ondelete="restrict")
    currency_id = fields.Many2one(related="program_id.currency_id")
    points = fields.Float(string="Remaining Points", digits="Gift Card Value", required=True, readonly=True)
    point_value = fields.Float(string="Value per Point", digits=(16, 6), required=True, readonly=True, aggregator=None)
    expected_use = fields.Float(string="Expected Use (%)", required=True, readonly=True, aggregator=None)
    amount = fields.Monetary(string="Estimated Liability", required=True, readonly=True)

    _program_uniq = models.Constraint("UNIQUE(posting_id, program_id)", "A program is in an estimate once.")

    def _move_lines(self):
        """:return: values of the two journal items: the estimated liability and its cost"""
        self.ensure_one()
        company = self.posting_id.company_id
        liability, cost = self.program_id._points_accounts(company)
        balance = self.currency_id._convert(self.amount, company.currency_id, company, self.posting_id.date)
        common = {"name": self.program_id.name, "currency_id": self.currency_id.id}
        return [
            {**common, "account_id": liability.id, "amount_currency": -self.amount, "balance": -balance},
            {**common, "account_id": cost.id, "amount_currency": self.amount, "balance": balance},
        ]
