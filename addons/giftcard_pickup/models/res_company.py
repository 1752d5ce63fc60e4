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

    _giftcard_payment_minutes_check = models.Constraint(
        "CHECK(giftcard_payment_minutes > 0)", "There must be some time to pay."
    )

    def _giftcard_delivery_warehouse(self):
        """:return: the ``stock.warehouse`` that delivered rewards come from"""
        return self.giftcard_delivery_warehouse_id or self.env["stock.warehouse"].search(
            [("company_id", "=", self.id)], limit=1
        )
