from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    giftcard_delivery_warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="Rewards Are Sent From",
        domain="[('company_id', '=', id)]",
        help="Rewards that are delivered leave from this warehouse; empty: from the first one.",
    )

    giftcard_payment_minutes = fields.Integer(
        string="Pay Within (Minutes)",
        default=30,
        required=True,
        help="Of a redemption with cash that is not paid in time, points, quota and goods go back.",
    )
    giftcard_approve_virtual = fields.Boolean(
        string="Approve Virtual Rewards", help="They are delivered at once, without a review."
    )
    giftcard_approve_pickup = fields.Boolean(
        string="Approve Pickups", help="What is picked up in a store needs no review."
    )
    giftcard_approve_points = fields.Float(
        string="Approve up to Points",
        digits="Gift Card Value",
        help="A redemption of so many points, and so much cash, at most needs no review, unless its address is odd. "
        "0: every one is reviewed.",
    )
    giftcard_approve_cash = fields.Monetary(string="Approve up to Cash")

    _giftcard_payment_minutes_check = models.Constraint(
        "CHECK(giftcard_payment_minutes > 0)", "There must be some time to pay."
    )
    _giftcard_approve_check = models.Constraint(
        "CHECK(giftcard_approve_points >= 0 AND giftcard_approve_cash >= 0)", "A limit is not negative."
    )

    def _giftcard_delivery_warehouse(self):
        """:return: the ``stock.warehouse`` that delivered rewards come from"""
        return self.giftcard_delivery_warehouse_id or self.env["stock.warehouse"].search(
            [("company_id", "=", self.id)], limit=1
        )
